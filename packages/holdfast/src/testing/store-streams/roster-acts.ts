import type { SweepSlice } from '../../sessions/store/cluster-store.ts';
import { longMs, type Scene } from './slot-acts.ts';
import type { Plain } from './plain.ts';

/** Takes the number of a broadcast. */
export async function playNextBroadcast({ slot }: Scene): Promise<Plain> {
  return slot.store.nextBroadcast();
}

/** Revokes tokens, far into the future. */
export async function playRevoke({ random, slot, user }: Scene): Promise<Plain> {
  await slot.store.revoke({
    user,
    jti: random.oneOf([null, 't1', '\ud800']),
    issuedUpTo: random.between(0, 9),
    endsAtMs: 8_640_000_000_000_000 - random.between(0, longMs),
  });
  return null;
}

/** What is revoked. */
export async function playRevocations({ slot }: Scene): Promise<Plain> {
  const orders = await slot.store.revocations();
  return orders
    .map(({ user, jti, issuedUpTo, endsAtMs }) => JSON.stringify([user, jti, issuedUpTo, endsAtMs]))
    .toSorted();
}

/** Goes through the rows of a generation, whole. */
export async function playSweep({ world, random, slot }: Scene): Promise<Plain> {
  const node = world.book.inStore(random.between(1, world.book.last));
  const users = new Set<string>();
  let removed = 0;
  for (let cursor: string | null = ''; cursor !== null; ) {
    const slice: SweepSlice = await slot.store.sweep(node, world.book.actorOf(slot), cursor);
    for (const user of slice.users) users.add(user);
    removed += slice.removed;
    cursor = slice.next;
  }
  return { users: [...users].toSorted(), removed };
}

/** Hands words to a generation. */
export async function playPost({ world, random, slot }: Scene): Promise<Plain> {
  const to = world.book.inStore(random.between(1, world.book.last));
  return slot.store.post(to, world.book.inStore(slot.node), `words ${random.between(1, 1_000)}`);
}

/** A process begins anew. */
export async function playJoin({ world, slot }: Scene): Promise<Plain> {
  return world.plain.roster(await world.join(slot));
}

/** A process renews its lease, and hears who is alive. */
export async function playRenew({ world, random, slot }: Scene): Promise<Plain> {
  // The name is that of another process now and then: the lease is not its own.
  const name = random.chance(0.9) ? 'node' : 'ö';
  const card = { name, url: 'ü', isDraining: random.chance(0.5) };
  const answer = await slot.store.renew(world.book.inStore(slot.node), card);
  if (answer.outcome === 'lost') return answer.outcome;
  world.hear(slot, answer);
  return world.plain.roster(answer);
}

/** A process gives its lease up, and goes on all the same: what it does now comes too late. */
export async function playLeave({ world, slot }: Scene): Promise<Plain> {
  await slot.store.leave(world.book.inStore(slot.node));
  return null;
}

/** A generation is forgotten, if its lease is over. */
export async function playForget({ world, random, slot }: Scene): Promise<Plain> {
  await slot.store.forget(world.book.inStore(random.between(1, world.book.last)));
  return null;
}

/** A number is taken. */
export async function playTakeGeneration({ world, slot }: Scene): Promise<Plain> {
  return world.book.enter(await slot.store.takeGeneration());
}
