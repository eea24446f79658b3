import { demand } from '../finding.ts';
import type { Arrival, ClientEnd, ProofClient } from '../dialer.ts';
import type { Stage } from './stage.ts';

const knockEveryMs = 250;

/** How somebody got in who did not give up. */
interface Entry {
  readonly user: string;
  /** From the first knock to the session, or to the end of the patience. */
  readonly tookMs: number;
  /** Null where it never got in. */
  readonly client: ProofClient | null;
  /** What it was told at the first knock; null where it was let in at once. */
  readonly firstRefusal: ClientEnd | null;
}

/** Comes again and again until it is let in, and keeps how long it was locked out as the sample `lock-out`. */
async function getIn(stage: Stage, user: string, patienceMs: number): Promise<Entry> {
  const startedAt = performance.now();
  const first = await stage.connect({ user });
  let arrival: Arrival = first;
  while (!arrival.isOpen && performance.now() - startedAt < patienceMs) {
    await stage.pause(knockEveryMs);
    arrival = await stage.connect({ user });
  }
  const tookMs = performance.now() - startedAt;
  stage.sample('lock-out', tookMs);
  return {
    user,
    tookMs,
    client: arrival.isOpen ? arrival.client : null,
    firstRefusal: first.isOpen ? null : first.end,
  };
}

/** Newcomers, and how long a connect with nobody in its way took at the same moment: what the machine itself costs. */
export interface Knock {
  readonly entries: readonly Entry[];
  readonly usualMs: number;
}

/** A newcomer of each of these users, all at once. One user named several times has as many newcomers. */
export async function knockTogether(
  stage: Stage,
  users: readonly string[],
  patienceMs: number,
): Promise<Knock> {
  const [usualMs, ...entries] = await Promise.all([
    connectUnhindered(stage),
    ...users.map((user) => getIn(stage, user, patienceMs)),
  ]);
  return { entries, usualMs };
}

async function connectUnhindered(stage: Stage): Promise<number> {
  const startedAt = performance.now();
  const client = await stage.mustConnect({ user: stage.user('bystander') });
  const tookMs = performance.now() - startedAt;
  await client.close();
  return tookMs;
}

/** All were let in at the first knock. @throws Finding */
export function demandEntry({ entries }: Knock, what: string): void {
  for (const { firstRefusal, client, tookMs } of entries) {
    const inAfter = client === null ? 'not in within' : 'in after';
    demand(firstRefusal === null, {
      expected: `${what} to have its session at the first try`,
      got: `${firstRefusal?.code} ${firstRefusal?.reason}, and ${inAfter} ${Math.round(tookMs)} ms`,
      cause: 'A user is locked out by sessions of its own that are dead.',
    });
  }
}

/** A bound on how long newcomers may take, beside what the machine itself costs. */
export interface Promptness {
  readonly withinMs: number;
  readonly what: string;
  readonly cause: string;
}

const tries = 3;

/**
 * Plays the same up to three times and passes with the first that is quick enough: a busy machine is late now and then, a
 * target that makes its users wait is late always.
 *
 * @throws Finding where all were late, or from the play itself
 */
export async function demandPrompt(
  play: (round: number) => Promise<Knock>,
  { withinMs, what, cause }: Promptness,
): Promise<void> {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 1; round <= tries && best > withinMs; round += 1) {
    const { entries, usualMs } = await play(round);
    best = Math.min(best, Math.max(...entries.map(({ tookMs }) => tookMs)) - usualMs);
  }
  demand(best <= withinMs, {
    expected: `${what} within ${withinMs} ms beyond what any connect took at that moment`,
    got: `${Math.round(best)} ms at best in ${tries} tries`,
    cause,
  });
}
