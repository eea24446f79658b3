import { demand } from '../finding.ts';
import type { Arrival, ProofClient } from '../dialer.ts';
import type { Stage } from './stage.ts';

/** Keeps how many of these were ended as the sample `live sessions killed`. */
export function countKilled(stage: Stage, clients: readonly ProofClient[]): number {
  const killed = clients.filter(({ end }) => end !== null).length;
  stage.sample('live sessions killed', killed, 'sessions');
  return killed;
}

/** None of these, whose clients answer, has been ended. @throws Finding with this cause */
export function demandAlive(stage: Stage, clients: readonly ProofClient[], cause: string): void {
  const killed = countKilled(stage, clients);
  const end = clients.find((client) => client.end !== null)?.end;
  demand(killed === 0, {
    expected: `${clients.length} sessions whose clients answer to go on`,
    got: `${killed} of them ended, the first with ${end?.code} ${end?.reason}`,
    cause,
  });
}

const underWayMs = 5_000;

/**
 * Waits for the end of one of these where newcomers were let in for whom there was no room: somebody was ended for them, and
 * may not know it yet.
 */
export async function awaitVictims(
  stage: Stage,
  clients: readonly ProofClient[],
  arrivals: readonly Arrival[],
): Promise<void> {
  if (!arrivals.some(({ isOpen }) => isOpen)) return;
  const hasVictim = (): boolean => clients.some(({ end }) => end !== null);
  await stage.eventually(() => Promise.resolve(hasVictim()), underWayMs);
}
