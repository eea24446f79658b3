import { startPort } from './start-port.ts';
import type { System } from './system.ts';

/** These have no client of their own. What their pages use comes back after about a second, whatever the close code was. */
const usualReturnMs = 1_000;

/** The system the seed document was written about. */
export const origin: System = {
  name: 'origin',
  title: 'Origin',
  start: (surroundings) => startPort({ name: 'origin', program: 'origin' }, surroundings),
  comesBackAfter: () => usualReturnMs,
};

/** The manager most applications write themselves, refusing at the limit. */
export const deny: System = {
  name: 'deny',
  title: 'Home-made, deny',
  start: (surroundings) =>
    startPort({ name: 'home-made, deny', program: 'home-made' }, surroundings),
  comesBackAfter: () => usualReturnMs,
};

/** The same, making room by ending the oldest. */
export const evict: System = {
  name: 'evict',
  title: 'Home-made, evict oldest',
  start: (surroundings) =>
    startPort(
      {
        name: 'home-made, evict-oldest',
        program: 'home-made',
        flags: ['--on-limit', 'evict-oldest'],
      },
      surroundings,
    ),
  comesBackAfter: () => usualReturnMs,
};
