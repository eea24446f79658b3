import { demand } from '../finding.ts';
import type { ProofClient } from '../dialer.ts';
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
