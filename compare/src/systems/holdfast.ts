import { startGateway } from '../../../packages/gateway/dist/proof/processes/start-gateway.js';
import type { System } from './system.ts';

/** Ends after which a client stays away: the table of close codes in PROTOCOL.md. */
const finalCodes = [4400, 4409, 4499];

/** The gateway of this repository with its defaults for production. */
export const holdfast: System = {
  name: 'holdfast',
  title: 'Holdfast',
  start: (surroundings = {}) => startGateway({ environment: 'production', surroundings }),
  startWith: (flags, surroundings = {}) =>
    startGateway({ environment: 'production', flags, surroundings }),
  comesBackAfter({ code, retryMs }) {
    if (finalCodes.includes(code)) return null;
    return code === 4429 ? retryMs : (retryMs ?? 1_000);
  },
};
