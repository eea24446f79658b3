import type { ActKind } from '../acts.ts';
import { type NodesUnderTest, type NodeUnderTest, terms } from './nodes-under-test.ts';
import type { Meter, RedisServer } from './redis-server.ts';

/** The act that is measured, and what it meets. */
export interface Case {
  readonly kind: ActKind;
  /** Slots of the user, on as many nodes as there are up to `spread`. */
  readonly rows: number;
  readonly spread?: number;
  readonly entries?: number;
  readonly eventBytes?: number;
  /** Nodes that acts name as alive. */
  readonly nodes?: number;
}

/** Does an act many times, each for a user of its own, and returns what the server counted meanwhile. */
export async function measureAct(
  server: RedisServer,
  house: NodesUnderTest,
  one: Case,
  count: number,
): Promise<Meter> {
  const nodes = one.nodes ?? house.nodes.length;
  if (one.kind === 'renew') await house.join(nodes);
  house.pretendAlive(nodes);
  const users = house.newUsers(count);
  const act = await prepare(house, users, one);
  return await server.during(() =>
    one.kind === 'sweep' ? house.sweep() : house.forEach(users, act),
  );
}

/** About as long as what nodes say to each other. */
const words = 'x'.repeat(130);

type Act = (user: string) => Promise<unknown>;

async function prepare(house: NodesUnderTest, users: readonly string[], one: Case): Promise<Act> {
  const { rows, spread = 1, entries = 0 } = one;
  const body = 'x'.repeat(one.eventBytes ?? 256);
  const last = new Map<string, number>();
  const home = (user: string): NodeUnderTest => house.node(house.homeOf(user));
  const append: Act = (user) => house.append(user, body);
  await house.forEach(users, async (user) => {
    for (let row = 0; row < rows; row += 1)
      last.set(user, await house.admit(user, house.homeOf(user) + (row % spread)));
    for (let entry = 0; entry < entries; entry += 1) await append(user);
  });
  const session = (user: string): number => last.get(user) ?? 0;
  const holder = (user: string): NodeUnderTest =>
    house.node(house.homeOf(user) + ((rows - 1) % spread));
  const acts: Record<ActKind, Act> = {
    admit: (user) => house.admit(user, house.homeOf(user)),
    release: (user) => house.release(user),
    reserve: (user) =>
      holder(user).store.reserve({
        ...house.actorOf(holder(user)),
        user,
        session: session(user),
        forMs: 40_000,
        keepMs: terms.keepMs,
      }),
    confirm: (user) => home(user).store.confirm({ user, session: session(user) }),
    append,
    delivered: (user) =>
      home(user).store.delivered({ user, position: { epoch: house.epoch, offset: entries } }),
    read: (user) => home(user).store.read({ user, after: 0, most: 1_024 }),
    assertRows: (user) => house.assert(user, house.homeOf(user)),
    post: (user) => home(user).store.post(house.node(house.homeOf(user) + 1).generation, 1, words),
    // All users of a node at once.
    sweep: () => house.sweep(),
    renew: (user) => house.renew(house.homeOf(user)),
  };
  return acts[one.kind];
}
