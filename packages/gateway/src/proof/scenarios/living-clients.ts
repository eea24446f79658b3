import type { ProofClient } from '../dialer.ts';
import { demand } from '../finding.ts';
import type { Stage } from './stage.ts';

/** An order to end a session has reached its client by then: what is let in is told so a moment before. */
const settlesWithinMs = 200;

/** Holds that none of these was ended, nor is being ended. @throws Finding */
export async function demandAlive(stage: Stage, clients: readonly ProofClient[]): Promise<void> {
  await stage.pause(settlesWithinMs);
  const ended = clients.filter(({ end }) => end !== null);
  const [first] = ended;
  demand(first === undefined, {
    expected: `${clients.length} living managers to stay`,
    got: `${ended.length} of them closed, the first with ${first?.end?.code} ${first?.end?.reason}`,
    cause: 'A living session was ended to make room: somebody lost the tab they were working in.',
  });
}
