import type { AdmitAct, LogTerms } from '../../sessions/store/acts.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Plain } from './plain.ts';
import type { StreamSlot } from './stream-slot.ts';
import type { StreamWorld } from './stream-world.ts';

/** What one step of a stream is played with. */
export interface Scene {
  readonly world: StreamWorld;
  readonly random: SeededRandom;
  readonly slot: StreamSlot;
  readonly user: string;
}

/** So long that it does not end while a stream is played. */
export const longMs = 3_600_000;

/** Mostly kept; sometimes forgotten at once. */
function drawKeepMs(random: SeededRandom): number {
  return random.chance(0.05) ? 0 : longMs;
}

/** Bounds that are met now and then. */
export function drawTerms(random: SeededRandom): LogTerms {
  return {
    events: random.oneOf([1, 3, 8, 100]),
    bytes: random.oneOf([20, 60, 10_000]),
    keepMs: drawKeepMs(random),
  };
}

/** Asks for a slot, now and then twice. */
export async function playAdmit({ world, random, slot, user }: Scene): Promise<Plain> {
  const session = world.nextHandle();
  const kin = random.chance(0.4) ? world.session(user, random) : null;
  const act: AdmitAct = {
    ...world.book.actorOf(slot),
    user,
    session,
    device: random.oneOf([null, 'phone', '\udc00']),
    ticket: kin === null ? null : { lineage: kin.lineage, predecessor: kin.session },
    limit: random.oneOf([1, 2, 3, 3, Number.POSITIVE_INFINITY]),
    taken: random.chance(0.15) ? world.session(user, random).session : null,
    evictEveryMs: random.oneOf([null, null, 0, longMs]),
    isWaiting: random.chance(0.5),
    epoch: world.nextEpoch(),
    terms: drawTerms(random),
  };
  const answers: Plain[] = [];
  for (let left = random.chance(0.1) ? 2 : 1; left > 0; left -= 1) {
    const answer = await slot.store.admit(act);
    answers.push(world.plain.admission(answer));
    if (answer.outcome === 'admitted' && left === 1)
      world.asked(user, { session, lineage: answer.lineage, slot });
  }
  return answers;
}

/** Gives a slot back, mostly one of its own. */
export async function playRelease(scene: Scene): Promise<Plain> {
  const { world, random, user } = scene;
  const { session, slot } = findOwn(scene);
  return slot.store.release({
    ...world.book.actorOf(slot),
    user,
    session,
    isRevoked: random.chance(0.2),
    keepMs: drawKeepMs(random),
  });
}

/** Reserves a slot, now and then for no time at all. */
export async function playReserve(scene: Scene): Promise<Plain> {
  const { world, random, user } = scene;
  const { session, slot } = findOwn(scene);
  return slot.store.reserve({
    ...world.book.actorOf(slot),
    user,
    session,
    forMs: random.oneOf([0, longMs, longMs]),
    keepMs: drawKeepMs(random),
  });
}

function findOwn({ world, random, slot, user }: Scene): {
  readonly session: number;
  readonly slot: StreamSlot;
} {
  const found = world.session(user, random);
  return { session: found.session, slot: random.chance(0.8) ? (found.slot ?? slot) : slot };
}

/** Confirms a ticket. */
export async function playConfirm({ world, random, slot, user }: Scene): Promise<Plain> {
  await slot.store.confirm({ user, session: world.session(user, random).session });
  return null;
}

/** Says that a node holds a few of the last sessions, of each lineage at most one. */
export async function playAssertRows({ world, random, slot, user }: Scene): Promise<Plain> {
  const known = world.sessionsOf(user).slice(-6);
  const byLineage = new Map(
    known.filter(() => random.chance(0.4)).map((one) => [one.lineage, one]),
  );
  const answer = await slot.store.assertRows({
    ...world.book.actorOf(slot),
    user,
    rows: [...byLineage.values()].map(({ session, lineage }) => ({
      session,
      lineage,
      predecessor: random.oneOf([0, lineage, world.session(user, random).session]),
      device: null,
      openedAtMs: random.oneOf([session, 1]),
    })),
    coming: random.chance(0.3) ? [world.session(user, random).session] : [],
    limit: random.oneOf([1, 2, 3]),
    isForced: random.chance(0.2),
    epoch: world.nextEpoch(),
    terms: drawTerms(random),
  });
  return {
    ...answer,
    verdicts: answer.verdicts.map((verdict) => ({ ...verdict })),
    record: { ...answer.record },
  };
}

/** Sets or lifts a limit. */
export async function playSetLimit({ random, slot, user }: Scene): Promise<Plain> {
  await slot.store.setLimit(user, random.oneOf([null, 1, 2, 4]));
  return null;
}
