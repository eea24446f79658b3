import type { SystemName } from '../systems/system.ts';
import type { ExpectedFailure } from './expected-failure.ts';
import { denyFailures, evictFailures } from './home-made-failures.ts';
import { originFailures } from './origin-failures.ts';
import { socketIoFailures } from './socket-io-failures.ts';

/** What Holdfast is compared with. */
export type ComparedPort = Exclude<SystemName, 'holdfast'>;

/** Which scenarios each port fails: these and no others. Holdfast fails none. */
export const expectedFailures: Readonly<Record<ComparedPort, readonly ExpectedFailure[]>> = {
  origin: originFailures,
  deny: denyFailures,
  evict: evictFailures,
  'socket-io': socketIoFailures,
};
