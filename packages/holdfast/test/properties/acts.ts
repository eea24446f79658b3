import * as fc from 'fast-check';
import { type Guest, type Library, roundTripMs, World } from './world.ts';

type Command = fc.Command<object, World>;

/** A command whose every run ends with the whole account being checked. */
function act(name: string, run: (world: World) => void): Command {
  return {
    check: () => true,
    run: (_model, world) => {
      run(world);
      world.check();
    },
    toString: () => name,
  };
}

const user = fc.constantFrom('a', 'b');
const place = fc.nat(100);

/** Something done to one of those who are inside or wait, if there is any. */
function toGuest(name: string, run: (world: World, guest: Guest) => void): fc.Arbitrary<Command> {
  return fc.tuple(user, place).map(([user, place]) =>
    act(`${name}(${user},${place})`, (world) => {
      const present = [...world.of(user, 'in'), ...world.of(user, 'waiting')];
      const guest = present[place % Math.max(1, present.length)];
      if (guest !== undefined) run(world, guest);
    }),
  );
}

function leave(world: World, guest: Guest, say: () => void): void {
  if (guest.socket === null || guest.socket.isTerminated) return;
  const wasWaiting = guest.place === 'waiting';
  if (wasWaiting) guest.place = 'out';
  say();
  if (!wasWaiting && world.layer.find(guest.id) !== null) world.fail('I3 a leaver keeps its slot');
}

function thaw(world: World, guest: Guest): void {
  if (guest.frozenAt === null) return;
  guest.muteSince = guest.frozenAt;
  guest.frozenAt = null;
  guest.thawedAt = world.clock.nowMs();
  guest.socket?.thaw();
}

const commands: fc.Arbitrary<Command>[] = [
  fc
    .tuple(user, fc.option(fc.integer({ min: 1, max: 20 }), { freq: 4, nil: undefined }))
    .map(([user, brought]) =>
      act(`open(${user},${brought})`, (world) => world.open(user, brought)),
    ),
  // Up to the limit and beyond it, or random opens would not often get there.
  fc.tuple(user, fc.nat(3)).map(([user, more]) =>
    act(`fill(${user},+${more})`, (world) => {
      const room = world.limitOf({ user, brought: undefined }) - world.of(user, 'in').length;
      for (let left = Math.max(0, room) + more; left > 0; left -= 1) world.open(user, undefined);
    }),
  ),
  user.map((user) =>
    act(`reserve(${user})`, (world) => {
      const occupied = world.of(user, 'in').length;
      const isFree = world.of(user, 'waiting').length === 0;
      if (isFree && occupied < world.limitOf({ user, brought: undefined }))
        world.open(user, undefined, false);
    }),
  ),
  toGuest('close', (world, { id }) => world.close(id)),
  place.map((place) =>
    act(`closeAgain(${place})`, (world) => {
      const over = world.guests.filter((guest) => guest.place === 'out' && guest.id !== '');
      world.close(over[place % Math.max(1, over.length)]?.id ?? 'n-0-0');
    }),
  ),
  place.map((place) =>
    act(`lateWord(${place})`, (world) => {
      const over = world.guests.filter((guest) => guest.place === 'out');
      const session = over[place % Math.max(1, over.length)]?.session;
      session?.ending('close-frame', 1000);
      session?.gone();
    }),
  ),
  fc
    .constantFrom('', 'x-0-1', 'n-0', 'n-0-999999', 'n--1-1', '__proto__')
    .map((id) => act(`closeForeign(${id})`, (world) => world.close(id))),
  toGuest('closeFrame', (world, guest) =>
    leave(world, guest, () => {
      guest.hasSaidGoodbye = true;
      guest.socket?.leave();
    }),
  ),
  toGuest('drop', (world, guest) => leave(world, guest, () => guest.socket?.drop())),
  toGuest('withdraw', (_world, guest) => {
    if (guest.place !== 'waiting') return;
    guest.place = 'out';
    guest.pending?.withdraw();
  }),
  toGuest('freeze', (world, guest) => {
    if (guest.socket === null || guest.frozenAt !== null) return;
    guest.socket.isFrozen = true;
    // Awake for less than a round trip, it has answered nothing: it was mute all along.
    const isAnswering = world.clock.nowMs() - guest.thawedAt >= roundTripMs;
    guest.frozenAt = isAnswering ? world.polledAt : guest.muteSince;
  }),
  toGuest('thaw', thaw),
  fc
    .tuple(fc.integer({ min: 50, max: 2_000 }), fc.integer({ min: 1, max: 6 }))
    .map(([ms, times]) => act(`stall(${ms}x${times})`, (world) => world.stall(ms, times))),
  fc
    .oneof(fc.nat(200), fc.nat(4_000))
    .map((ms) => act(`advance(${ms})`, (world) => world.advance(ms))),
  fc
    .tuple(user, place, fc.constantFrom('send', 'ping', 'close', 'terminate', 'transport'))
    .map(([user, place, method]) =>
      act(`throwing(${user},${place},${method})`, (world) => {
        const inside = world.of(user, 'in');
        const guest = inside[place % Math.max(1, inside.length)];
        if (guest === undefined) return;
        guest.hasThrown = true;
        guest.socket?.throwing.add(method);
      }),
    ),
  fc.constant(
    act('throwingListener', (world) => {
      world.layer.subscribe(() => {
        throw new Error('a listener that throws');
      });
    }),
  ),
  fc.tuple(user, fc.option(fc.integer({ min: 1, max: 20 }))).map(([user, limit]) =>
    act(`setLimit(${user},${limit})`, (world) => {
      if (limit === null) world.limits.delete(user);
      else world.limits.set(user, limit);
      world.layer.setLimit(user, limit);
    }),
  ),
  fc.tuple(user, fc.integer({ min: 1, max: 12 })).map(([user, count]) =>
    act(`publish(${user},${count})`, (world) => {
      for (let event = 0; event < count; event += 1) world.publish(user, `${user}${event}`);
    }),
  ),
];

/** Everybody answers again and nothing throws: the mute are gone, and the others have heard everything. */
function finish(world: World): void {
  for (const guest of world.guests) guest.socket?.throwing.clear();
  world.advance(12_000);
  world.check();
  for (const guest of world.guests.filter(({ place }) => place === 'in')) {
    if (guest.socket === null || guest.frozenAt !== null)
      world.fail(`I3 ${guest.id} keeps its slot for good`);
    const last = world.logs.get(guest.user)?.length ?? 0;
    if (last > 0 && guest.cursor !== last) world.fail(`I4 ${guest.id} ends at ${guest.cursor}`);
  }
  world.check();
}

/** How a run of the property is made; without a seed, one is drawn. */
export interface Runs {
  readonly seed?: number;
  readonly numRuns: number;
  /** Leaves a counterexample as long as it was found. */
  readonly endOnFailure?: boolean;
}

/** Checks the property against this library; returns which limits were reached. @throws Error with seed and counterexample */
export function checkSessions(library: Library, runs: Runs): Set<number> {
  const reached: Set<number> = new Set();
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.commands(commands, { maxCommands: 60, size: 'max' }),
      (limit, acts) => {
        const world = new World(library, limit);
        fc.modelRun(() => ({ model: {}, real: world }), acts);
        finish(world);
        for (const count of world.reached) reached.add(count);
      },
    ),
    runs,
  );
  return reached;
}
