import { Finding } from '../finding.ts';
import type { ClientProcess } from '../processes/client-process.ts';
import type { ProofClient } from '../dialer.ts';
import type { Stage } from './stage.ts';

/** A user some of whose clients are about to be gone without a word. */
export interface HauntPlan {
  readonly user: string;
  /** Clients in a process of its own. */
  readonly ghosts: number;
  /** Clients beside them that stay alive. */
  readonly live: number;
  /** Port of the proxy the ghosts come through, if any. */
  readonly throughPort?: number;
}

/** Users with the clients they were to have. */
export interface Haunted {
  /** All ghosts, to be frozen or killed. */
  readonly process: ClientProcess;
  readonly live: readonly ProofClient[];
}

/** Connects the ghosts first, so that they are the older ones. @throws Finding where one is refused */
export async function haunt(stage: Stage, plans: readonly HauntPlan[]): Promise<Haunted> {
  const process = await stage.startClients();
  const requests = plans.flatMap(({ user, ghosts, throughPort }) =>
    Array.from({ length: ghosts }, () =>
      throughPort === undefined ? { user } : { user, throughPort },
    ),
  );
  const decided = await process.open(requests);
  const refused = decided.find(({ isOpen }) => !isOpen)?.end;
  if (refused !== undefined && refused !== null) {
    throw new Finding({
      expected: 'a session for each of the first clients of a user',
      got: `a refusal with ${refused.code} ${refused.reason}`,
      cause: 'A user with free slots was refused.',
    });
  }
  const live: ProofClient[] = [];
  for (const { user, live: count } of plans) live.push(...(await stage.mustFill(user, count)));
  return { process, live };
}

/** Numbers of sessions from one to the limit to try a claim with: all of them where they are few. */
export function someUpTo(limit: number): readonly number[] {
  if (limit <= 6) return Array.from({ length: limit }, (_, at) => at + 1);
  return [1, Math.ceil(limit / 2), limit - 1, limit];
}
