import { describe, expect, it } from 'vitest';
import { SeededRandom } from '../../src/testing/seeded-random.ts';
import { FakeStorage } from './client-house.ts';
import { type Tab, TabWorld } from './tab-world.ts';

/** What a tab got, as its application saw it. */
function dataOf({ house }: Tab): unknown[] {
  return house.told('event').map(({ data }) => data);
}

async function openTabs(count: number): Promise<TabWorld> {
  const world = new TabWorld();
  for (let index = 0; index < count; index += 1) world.open();
  await world.pass(50);
  return world;
}

describe('tabs that share', () => {
  it('have one session, and each gets every event once', async () => {
    const world = await openTabs(30);
    for (let count = 0; count < 20; count += 1) {
      world.publish(count);
      await world.pass(5);
    }
    expect(world.dials).toBe(1);
    expect(world.sessions.size).toBe(1);
    for (const tab of world.tabs) {
      expect(tab.house.client.state).toBe('open');
      expect(dataOf(tab)).toEqual(Array.from({ length: 20 }, (_, index) => index));
      expect(tab.house.told('gap')).toEqual([]);
    }
  });

  it('are told once that they are in, whenever they come, and again after a break', async () => {
    for (let laterMs = 0; laterMs <= 12; laterMs += 1) {
      const world = new TabWorld();
      world.open();
      await world.clock.settle(laterMs, 1);
      world.open();
      await world.clock.settle(50, 1);
      for (const { house } of world.tabs)
        expect(house.told('ready'), `${laterMs} ms`).toHaveLength(1);
      world.cut();
      await world.clock.settle(50, 1);
      for (const { house } of world.tabs)
        expect(house.told('ready'), `${laterMs} ms`).toHaveLength(2);
    }
  });

  it('are led by another one at once when the leader dies, and miss nothing', async () => {
    const world = await openTabs(5);
    for (let count = 0; count < 4; count += 1) {
      world.publish(count * 2);
      world.kill(world.leader);
      world.publish(count * 2 + 1);
      await world.pass(40);
      expect(world.sessions.size).toBe(1);
    }
    expect(world.live).toHaveLength(1);
    for (const tab of world.live) expect(dataOf(tab)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('say that they connect while the lead passes on', async () => {
    const world = await openTabs(3);
    world.kill(world.leader);
    await world.pass(3);
    for (const { house } of world.live) expect(house.client.state).toBe('connecting');
    await world.pass(20);
    for (const { house } of world.live) expect(house.client.state).toBe('open');
  });

  it('are led by another one when the leader leaves', async () => {
    const world = await openTabs(3);
    const { leader } = world;
    world.publish(1);
    leader.house.client.detach();
    world.publish(2);
    await world.pass(50);
    for (const tab of world.live.filter((one) => one !== leader))
      expect(dataOf(tab)).toEqual([1, 2]);
    expect(leader.house.client.state).toBe('idle');
    leader.house.client.connect();
    await world.pass(50);
    expect(dataOf(leader)).toEqual([1, 2]);
    expect(world.sessions.size).toBe(1);
  });

  it('come in without a word to the server, also when they were away for a moment', async () => {
    const world = await openTabs(3);
    world.publish(1);
    await world.pass(20);
    const [first, second] = world.live.filter((one) => one !== world.leader);
    const again = world.reload(first!);
    world.publish(2);
    world.publish(3);
    await world.pass(50);
    expect(world.dials).toBe(1);
    expect(dataOf(again)).toEqual([2, 3]);
    expect(dataOf(second!)).toEqual([1, 2, 3]);
    const late = world.open();
    await world.pass(50);
    world.publish(4);
    await world.pass(50);
    expect(dataOf(late)).toEqual([4]);
    expect(late.house.told('ready')).toMatchObject([{ resume: { outcome: 'new' } }]);
  });

  it('get what a tab has missed from the server where no tab knows it any more', async () => {
    const world = await openTabs(2);
    world.publish(1);
    await world.pass(20);
    const away = world.live.find((one) => one !== world.leader)!;
    away.page.fire('pagehide');
    world.kill(away);
    for (let count = 2; count <= 700; count += 1) world.publish(count);
    await world.pass(1_100);
    const back = world.open(away.storage);
    await world.pass(1_200);
    expect(world.dials).toBe(2);
    expect(dataOf(back)).toEqual(Array.from({ length: 699 }, (_, index) => index + 2));
    expect(dataOf(world.leader)).toHaveLength(700);
    expect(back.house.told('gap')).toEqual([]);
  });

  it('are all told the gap when the server was started anew', async () => {
    const world = await openTabs(3);
    world.publish('old');
    await world.pass(20);
    world.restart();
    world.publish('new');
    await world.pass(3_000);
    for (const tab of world.tabs) {
      expect(dataOf(tab)).toEqual(['old', 'new']);
      expect(tab.house.told('gap').map(({ reason }) => reason)).toEqual(['epoch']);
    }
  });

  it('say that they wait while the leader does, and stop with it', async () => {
    const world = await openTabs(3);
    const [socket] = world.sessions.keys();
    world.sessions.delete(socket!);
    socket!.end(1013, '{"r":"overload","retryMs":4000}');
    await world.pass(20);
    const states = world.live.map(({ house }) => house.client.state);
    expect(states.toSorted()).toEqual(['connecting', 'connecting', 'waiting']);
    await world.pass(5_000);
    for (const { house } of world.live) expect(house.client.state).toBe('open');
    const [next] = world.sessions.keys();
    world.sessions.delete(next!);
    next!.end(4499, '{"r":"admin"}');
    await world.pass(60_000);
    for (const { house } of world.live) expect(house.client.state).toBe('stopped');
    expect(world.sessions.size).toBe(0);
    world.live[2]!.house.client.connect();
    await world.pass(50);
    expect(world.sessions.size).toBe(1);
  });

  it('I8 share nothing with the tabs of another user', async () => {
    const world = await openTabs(2);
    const other = world.open(new FakeStorage(), 'bob');
    await world.pass(50);
    expect(world.sessions.size).toBe(2);
    expect(other.house.client.state).toBe('open');
  });

  it('send through the leader, in order and at the pace of one session; each message is taken once', async () => {
    const world = await openTabs(4);
    const sent = world.tabs.flatMap((tab, index) =>
      Array.from({ length: 40 }, (_, count) => tab.house.client.send([index, count])),
    );
    void Promise.all(sent);
    let done = 0;
    for (const one of sent) void one.then(() => (done += 1));
    await world.pass(1_000);
    expect(world.taken.size).toBeLessThan(60);
    world.cut();
    await world.pass(6_000);
    expect(done).toBe(160);
    expect(world.taken.size).toBe(160);
    for (let index = 0; index < 4; index += 1) {
      const own = [...world.taken.values()].filter((data) => (data as number[])[0] === index);
      expect(own).toEqual(Array.from({ length: 40 }, (_, count) => [index, count]));
    }
  });

  it('send again what the dead leader did not', async () => {
    const world = await openTabs(3);
    const follower = world.live.find((one) => one !== world.leader)!;
    const sent = follower.house.client.send('hi');
    world.kill(world.leader);
    await world.pass(100);
    await sent;
    expect([...world.taken.values()]).toEqual(['hi']);
  });

  it('have a session each where their page may not have locks, and come back to it after a break', async () => {
    const world = new TabWorld();
    world.refusesLocks = true;
    const tab = world.open();
    await world.pass(100);
    expect(tab.house.client.state).toBe('open');
    world.cut();
    await world.pass(2_000);
    world.publish('x');
    await world.pass(100);
    expect(tab.house.client.state).toBe('open');
    expect(dataOf(tab)).toEqual(['x']);
  });

  it('I5 leave no timer and no lock behind', async () => {
    const world = await openTabs(3);
    for (const { house } of world.tabs) house.client.close();
    await world.pass(1_000);
    expect(world.clock.timerCount).toBe(0);
    expect(() => world.leader).toThrow('lead');
    expect(world.sessions.size).toBe(0);
  });
});

describe('whatever happens to tabs, cuts and leaders', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

  it.each(seeds)('I4 each tab gets each event once and in order (seed %i)', async (seed) => {
    const random = new SeededRandom(seed);
    const pick = (below: number): number => Math.floor(random.next() * below);
    const world = await openTabs(1 + pick(5));
    const acts = [
      () => world.cut(),
      () => world.live.length > 1 && world.kill(world.live[pick(world.live.length)]!),
      () => world.live.length > 1 && world.kill(world.leader),
      () => world.live.length < 8 && world.open(),
      () => world.reload(world.live[pick(world.live.length)]!),
      () => world.live[pick(world.live.length)]!.house.client.detach(),
    ];
    let published = 0;
    for (let round = 0; round < 30; round += 1) {
      for (let burst = pick(8); burst > 0; burst -= 1) world.publish((published += 1));
      await world.pass(pick(3) * 5);
      if (random.next() < 0.4) acts[pick(acts.length)]!();
      for (let burst = pick(4); burst > 0; burst -= 1) world.publish((published += 1));
      await world.pass(pick(30) * 5);
      for (const { house } of world.live) house.client.connect();
    }
    await world.pass(20_000);
    for (const tab of world.live) {
      expect(tab.house.client.state).toBe('open');
      const data = dataOf(tab) as number[];
      const [first = published + 1] = data;
      const rest = published + 1 - first;
      expect(data).toEqual(Array.from({ length: rest }, (_, index) => first + index));
      expect(tab.house.told('gap')).toEqual([]);
    }
    expect(world.sessions.size).toBe(1);
  });
});
