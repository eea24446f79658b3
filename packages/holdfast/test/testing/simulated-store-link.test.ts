import { beforeEach, describe, expect, it } from 'vitest';
import {
  ManualClock,
  MemoryStore,
  MemoryStoreServer,
  SeededRandom,
  SimulatedStoreLink,
} from 'holdfast/testing';

const card = { name: 'node', url: '', isDraining: false };

interface Node {
  readonly store: MemoryStore;
  readonly link: SimulatedStoreLink;
  readonly told: string[];
}

let clock: ManualClock;
let server: MemoryStoreServer;
let delays: number[];

function connect(): Node {
  const link = new SimulatedStoreLink({
    later: (ms, run) => clock.inPoll(ms, run),
    delayMs: () => delays.shift() ?? 10,
  });
  return { link, store: new MemoryStore(server, link), told: [] };
}

/** What came of it so far. */
function watch(promise: Promise<unknown>): { outcome: string } {
  const seen = { outcome: 'pending' };
  promise.then(
    () => (seen.outcome = 'answered'),
    () => (seen.outcome = 'rejected'),
  );
  return seen;
}

async function pass(ms: number): Promise<void> {
  clock.advance(ms);
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

async function listen({ store, told }: Node, generation: number): Promise<void> {
  const listening = store.listen(generation, {
    heard: (message) => void told.push(message.type === 'posted' ? message.text : message.type),
    connected: () => void told.push('connected'),
    disconnected: () => void told.push('disconnected'),
  });
  await pass(20);
  await listening;
}

beforeEach(() => {
  clock = new ManualClock();
  const random = new SeededRandom(1);
  server = new MemoryStoreServer({ nowMs: () => clock.epochMs(), random: () => random.next() });
  delays = [];
});

describe('a simulated link to a memory store', () => {
  it('takes its time both ways', async () => {
    const { store } = connect();
    delays = [30, 5];
    const seen = watch(store.join(card));
    await pass(29);
    expect(server.acts).toBe(0);
    await pass(1);
    expect([server.acts, seen.outcome]).toEqual([1, 'pending']);
    await pass(5);
    expect(seen.outcome).toBe('answered');
  });

  it('lets nothing overtake what went before it', async () => {
    const { store } = connect();
    delays = [50, 1, 1, 1, 1, 1];
    const numbers: number[] = [];
    for (let count = 0; count < 3; count += 1)
      void store.nextBroadcast().then((number) => numbers.push(number));
    await pass(100);
    expect(numbers).toEqual([1, 2, 3]);
  });

  it('brings messages in order, and none over another link earlier than it takes', async () => {
    const [one, other] = [connect(), connect()];
    await listen(other, 2);
    delays = [1, 40, 1, 1, 1];
    void one.store.post(2, 1, 'first');
    void one.store.post(2, 1, 'second');
    await pass(20);
    expect(other.told).toEqual(['connected', 'first']);
    await pass(40);
    expect(other.told).toEqual(['connected', 'first', 'second']);
  });

  it('loses what is on its way when it is cut, whether it was done or not, and says so', async () => {
    const node = connect();
    await listen(node, 1);
    delays = [1, 50, 50];
    const [done, lost] = [watch(node.store.nextBroadcast()), watch(node.store.nextBroadcast())];
    await pass(10);
    node.link.cut();
    await pass(0);
    expect([done.outcome, lost.outcome, node.link.waiting]).toEqual(['rejected', 'rejected', 0]);
    expect(node.told).toEqual(['connected', 'disconnected']);
    const later = watch(node.store.nextBroadcast());
    await pass(100);
    expect(later.outcome).toBe('rejected');
    node.link.mend();
    const next = node.store.nextBroadcast();
    await pass(100);
    expect(await next).toBe(2);
    expect(node.told).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('tells whoever posts to a node behind a cut that nobody hears', async () => {
    const [one, other] = [connect(), connect()];
    await listen(other, 2);
    other.link.cut();
    const posted = one.store.post(2, 1, 'x');
    await pass(50);
    expect(await posted).toBe(false);
    other.link.mend();
    await pass(50);
    expect(other.told).toEqual(['connected', 'disconnected', 'connected']);
  });

  it('fails an act that was not done, and one that was', async () => {
    const { store, link } = connect();
    link.failNext('not-done');
    link.failNext('done');
    const [first, second] = [watch(store.nextBroadcast()), watch(store.nextBroadcast())];
    await pass(50);
    expect([first.outcome, second.outcome]).toEqual(['rejected', 'rejected']);
    const third = store.nextBroadcast();
    await pass(50);
    expect(await third).toBe(2);
  });

  it('keeps what was brought to a store that is frozen, until it thaws', async () => {
    const { store, link } = connect();
    link.freeze();
    const seen = watch(store.nextBroadcast());
    await pass(1_000);
    expect([seen.outcome, server.acts]).toEqual(['pending', 0]);
    link.thaw();
    await pass(10);
    expect(seen.outcome).toBe('answered');
  });
});
