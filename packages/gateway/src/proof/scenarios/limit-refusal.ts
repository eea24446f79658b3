import type { Arrival } from '../dialer.ts';
import { demand } from '../finding.ts';

/** Sign-in failed: by a close code of PROTOCOL.md, of RFC 6455, or by the status before the upgrade. */
const authenticationFailures = new Set([1008, 4401, 4403, 401, 403]);
/** A newcomer whose siblings all answer is refused after a round of pings, not after the time for those that do not. */
const promptMs = 1_000;

/** Holds that a newcomer was refused for the limit, in the words of PROTOCOL.md. @throws Finding */
export function demandLimitRefusal(arrival: Arrival, limit: number): void {
  const asked = `a newcomer over ${limit} living managers to be refused`;
  if (arrival.isOpen) {
    demand(false, {
      expected: asked,
      got: 'a session',
      cause: 'The limit does not hold: a user has more managers than allowed.',
    });
    return;
  }
  const { code, reason, retryMs } = arrival.end;
  demand(!authenticationFailures.has(code), {
    expected: `${asked} with 4429 user-limit`,
    got: `${code} ${reason}`,
    cause: 'A user at the limit is told that the sign-in failed: clients then sign the user out.',
  });
  demand(code === 4429 && reason === 'user-limit', {
    expected: `${asked} with 4429 user-limit`,
    got: `${code} ${reason}`,
    cause:
      'The refusal does not say that the limit is the reason: clients cannot tell it from an outage.',
  });
  demand(retryMs === null, {
    expected: 'no `retryMs` where all managers are alive',
    got: `retryMs ${retryMs}`,
    cause: 'Clients are told to come back though nothing will be free then: they retry for ever.',
  });
  demand(arrival.tookMs < promptMs, {
    expected: `the refusal within ${promptMs} ms, since every manager answers`,
    got: `${Math.round(arrival.tookMs)} ms`,
    cause: 'Whoever is at the limit waits for a refusal that was certain at once.',
  });
}
