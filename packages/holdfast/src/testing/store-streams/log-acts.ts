import { drawTerms, longMs, type Scene } from './slot-acts.ts';
import type { Plain } from './plain.ts';

/** Appends an event: with a name that may be there, as a broadcast that may have come, or larger than the log. */
export async function playAppend({ world, random, slot, user }: Scene): Promise<Plain> {
  const isBroadcast = random.chance(0.3);
  const answer = await slot.store.append({
    ...world.book.actorOf(slot),
    user,
    entry: {
      body: random.oneOf(['', 'é😀', '{"a":1}']).repeat(random.between(1, 5)),
      onlyFor: random.chance(0.1) ? world.session(user, random).lineage : null,
      eventId:
        !isBroadcast && random.chance(0.4) ? random.oneOf(['a', 'b', '\ud800', '\udc00']) : null,
    },
    tracked: random.chance(0.2) ? { event: 'x', ttlMs: random.oneOf([null, longMs]) } : null,
    broadcast: isBroadcast ? random.between(1, 9) : null,
    epoch: world.nextEpoch(),
    terms: drawTerms(random),
  });
  return { ...answer };
}

/** Says how far a user has been written. */
export async function playDelivered({ world, random, slot, user }: Scene): Promise<Plain> {
  const { record } = await slot.store.stateOf(user, world.book.actorOf(slot));
  const epoch = random.chance(0.8) && record !== null ? record.epoch : 'other';
  await slot.store.delivered({ user, position: { epoch, offset: random.between(0, 12) } });
  return null;
}

/** Reads on from somewhere. */
export async function playRead({ world, random, slot, user }: Scene): Promise<Plain> {
  const { record, entries } = await slot.store.read({
    user,
    after: random.between(0, 12),
    most: random.oneOf([1, 3, 100]),
  });
  return {
    record: record === null ? null : { ...record },
    entries: entries.map(({ offset, entry }) => ({ offset, entry: world.plain.entry(entry) })),
  };
}

/** Says that the record, or one that was, has lost something. */
export async function playRestart({ world, random, slot, user }: Scene): Promise<Plain> {
  const { record } = await slot.store.stateOf(user, world.book.actorOf(slot));
  const lost = random.chance(0.6) && record !== null ? record.epoch : random.pick(world.epochs);
  const terms = drawTerms(random);
  const epoch = world.nextEpoch();
  const actor = world.book.actorOf(slot);
  return { ...(await slot.store.restart({ ...actor, user, lost: lost ?? '', epoch, terms })) };
}

/** Asks for a message, or says what became of one. */
export async function playMessage({ world, random, slot, user }: Scene): Promise<Plain> {
  const id = `m${random.between(1, 5)}`;
  const actor = world.book.actorOf(slot);
  if (random.chance(0.5))
    return await slot.store.claimMessage({ ...actor, user, id, keepMs: longMs });
  const fate = random.chance(0.5) ? 'taken' : 'failed';
  await slot.store.settleMessage({ ...actor, user, id, fate });
  return fate;
}
