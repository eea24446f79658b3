import { admissionCases } from './admission-cases.ts';
import { assertionCases } from './assertion-cases.ts';
import type { StoreContractCase } from './bench.ts';
import { endingCases } from './ending-cases.ts';
import { isolationCases } from './isolation-cases.ts';
import { livenessCases } from './liveness-cases.ts';
import { logCases } from './log-cases.ts';
import { messageCases } from './message-cases.ts';
import { orderCases } from './order-cases.ts';
import { restartCases } from './restart-cases.ts';
import { rosterCases } from './roster-cases.ts';
import { ticketCases } from './ticket-cases.ts';

/**
 * What every store promises. Run each case under your test runner, each with an empty store:
 * `for (const { name, run } of storeContract) it(name, () => run(open))`.
 *
 * Cases that let time pass say how much: `moments` are 40 ms or so, a `lease` is that of the bench or 4 s, and a `minute` is one.
 */
export const storeContract: readonly StoreContractCase[] = [
  ...admissionCases,
  ...ticketCases,
  ...endingCases,
  ...livenessCases,
  ...logCases,
  ...restartCases,
  ...messageCases,
  ...assertionCases,
  ...rosterCases,
  ...orderCases,
  ...isolationCases,
];
