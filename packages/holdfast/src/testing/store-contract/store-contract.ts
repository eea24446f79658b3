import { admissionCases } from './admission-cases.ts';
import type { StoreContractCase } from './bench.ts';
import { endingCases } from './ending-cases.ts';
import { livenessCases } from './liveness-cases.ts';
import { ticketCases } from './ticket-cases.ts';

/**
 * What every store promises. Run each case under your test runner, each with an empty store:
 * `for (const { name, run } of storeContract) it(name, () => run(open))`.
 *
 * Cases that let time pass say how much: `moments` are 40 ms or so, a `lease` is that of the bench, and a `minute` is one.
 */
export const storeContract: readonly StoreContractCase[] = [
  ...admissionCases,
  ...ticketCases,
  ...endingCases,
  ...livenessCases,
];
