import { connectRedis, type RedisStore } from 'holdfast/redis';

type AdmitAct = Parameters<RedisStore['admit']>[0];
type Actor = Pick<AdmitAct, 'node' | 'live' | 'broadcasts'>;
type AssertedRows = Parameters<RedisStore['assertRows']>[0]['rows'];
type Listener = Parameters<RedisStore['listen']>[1];

/** A node as the store knows it: a lease, and a connection that hears what it is told. */
export interface NodeUnderTest {
  readonly store: RedisStore;
  readonly generation: number;
}

export const terms: AdmitAct['terms'] = { events: 16_384, bytes: 1_048_576, keepMs: 120_000 };
/** What a handle of a session is made of: the generation of its node, and a number. */
const sessionsPerNode = 2 ** 25;
const userPrefix = 'user-';

const deaf: Listener = { heard: () => {}, connected: () => {}, disconnected: () => {} };

function cardOf(place: number): Parameters<RedisStore['join']>[0] {
  return { name: `node-${place}-of-many`, url: `http://10.0.0.${place}:8080`, isDraining: false };
}

/** Nodes that hold sessions of users as a script says, and do nothing by themselves. */
export class NodesUnderTest {
  readonly nodes: readonly NodeUnderTest[];
  /** What each act names as alive. */
  #live: readonly number[];
  readonly #upTo: number;
  readonly epoch = 'epoch-of-16-chars';
  readonly #rows: Map<string, { readonly session: number; readonly node: number }[]> = new Map();
  #joined: number;
  #sessions = 0;
  #users = 0;

  private constructor(nodes: readonly NodeUnderTest[]) {
    this.nodes = nodes;
    this.#joined = nodes.length;
    this.#live = nodes.map(({ generation }) => generation);
    this.#upTo = Math.max(...this.#live);
  }

  static async start(url: string, count: number): Promise<NodesUnderTest> {
    const nodes: NodeUnderTest[] = [];
    for (let at = 0; at < count; at += 1) {
      const store = connectRedis({ urls: url, leaseMs: 3_600_000, timeoutMs: 10_000 });
      const { generation } = await store.join(cardOf(at));
      await store.listen(generation, deaf);
      nodes.push({ store, generation });
    }
    return new NodesUnderTest(nodes);
  }

  /** Acts name so many nodes as alive from now on: those there are, and others that hold nothing. */
  pretendAlive(count: number): void {
    const own = this.nodes.map(({ generation }) => generation);
    const others = Array.from({ length: count - own.length }, (_, at) => this.#upTo - 1_000 - at);
    this.#live = [...others, ...own];
  }

  /** Gives out leases until so many nodes have one; those beyond ours do nothing. */
  async join(count: number): Promise<void> {
    const { store } = this.node(0);
    for (; this.#joined < count; this.#joined += 1) await store.join(cardOf(this.#joined));
  }

  actorOf({ generation }: NodeUnderTest): Actor {
    return { node: generation, live: { upTo: this.#upTo, generations: this.#live }, broadcasts: 0 };
  }

  /** The node at this place; places go round. */
  node(place: number): NodeUnderTest {
    const node = this.nodes[place % this.nodes.length];
    if (node === undefined) throw new Error('Expected at least one node.');
    return node;
  }

  /** Users nobody has used yet. */
  newUsers(count: number): readonly string[] {
    this.#users += count;
    const first = this.#users - count;
    return Array.from({ length: count }, (_, at) => `${userPrefix}${first + at}`);
  }

  /** Lets a session in, and returns its handle. */
  async admit(user: string, place: number, more: Partial<AdmitAct> = {}): Promise<number> {
    this.#sessions += 1;
    const node = this.node(place);
    const session = node.generation * sessionsPerNode + this.#sessions;
    const { outcome } = await node.store.admit({
      ...this.actorOf(node),
      user,
      session,
      device: null,
      ticket: null,
      limit: 100,
      taken: null,
      evictEveryMs: null,
      isWaiting: false,
      epoch: this.epoch,
      terms,
      ...more,
    });
    if (outcome !== 'admitted') throw new Error(`Expected ${user} to be admitted, got ${outcome}.`);
    const rows = this.#rows.get(user);
    const row = { session, node: node.generation };
    if (rows === undefined) this.#rows.set(user, [row]);
    else rows.push(row);
    return session;
  }

  /** The sessions that were let in at a node, as it asserts them. */
  rowsOf(user: string, { generation }: NodeUnderTest): AssertedRows {
    const own = (this.#rows.get(user) ?? []).filter(({ node }) => node === generation);
    return own.map(({ session }) => ({
      session,
      lineage: session,
      predecessor: 0,
      device: null,
      openedAtMs: 1_800_000_000_000,
    }));
  }

  /** Rows of a user, on how many nodes, and where the newest is. */
  shapeOf(user: string): {
    readonly rows: number;
    readonly spread: number;
    readonly newest: number;
  } {
    const rows = this.#rows.get(user) ?? [];
    const newest = this.nodes.findIndex(({ generation }) => generation === rows.at(-1)?.node);
    return { rows: rows.length, spread: new Set(rows.map(({ node }) => node)).size, newest };
  }

  /** Ends the newest session of a user who has one. */
  async release(user: string): Promise<void> {
    const row = this.#rows.get(user)?.pop();
    const node = this.nodes.find(({ generation }) => generation === row?.node);
    if (row === undefined || node === undefined) return;
    const { session } = row;
    const { keepMs } = terms;
    const actor = this.actorOf(node);
    await node.store.release({ ...actor, user, session, isRevoked: false, keepMs });
  }

  /** A node says which of a user's sessions are its own. */
  async assert(user: string, place: number): Promise<void> {
    const node = this.node(place);
    await node.store.assertRows({
      ...this.actorOf(node),
      user,
      rows: this.rowsOf(user, node),
      coming: [],
      limit: 100,
      isForced: false,
      epoch: this.epoch,
      terms,
    });
  }

  /** Goes through all users of each node as the others do when its lease is over. */
  async sweep(): Promise<void> {
    const actor = this.actorOf(this.node(0));
    for (const { generation: gone } of this.nodes) {
      const generations = actor.live.generations.filter((one) => one !== gone);
      const live = { ...actor.live, generations };
      let cursor: string | null = '';
      while (cursor !== null) {
        const { next } = await this.node(0).store.sweep(gone, { ...actor, live }, cursor);
        cursor = next;
      }
    }
  }

  /** Extends the lease of a node. */
  async renew(place: number): Promise<void> {
    const { store, generation } = this.node(place);
    await store.renew(generation, cardOf(place));
  }

  /** Publishes an event to a user from their home. */
  append(user: string, body: string): Promise<unknown> {
    const node = this.node(this.homeOf(user));
    return node.store.append({
      ...this.actorOf(node),
      user,
      entry: { body, onlyFor: null, eventId: null },
      tracked: null,
      broadcast: null,
      epoch: this.epoch,
      terms,
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.nodes.map(({ store }) => store.close()));
  }

  /** The node where a user is at home: all have as many. */
  homeOf(user: string): number {
    return Number(user.slice(userPrefix.length)) % this.nodes.length;
  }

  /** Does this with each user; one act at a time for each home, so that no connection has two to send at once. */
  async forEach(users: readonly string[], act: (user: string) => Promise<unknown>): Promise<void> {
    const lanes = this.nodes.map((_, lane) => users.filter((user) => this.homeOf(user) === lane));
    await Promise.all(
      lanes.map(async (lane) => {
        for (const user of lane) await act(user);
      }),
    );
  }
}
