import { beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { ClusterHouse, type Guest, type TestNode } from './cluster-house.ts';
import { TestLink } from './test-link.ts';

const user = { userId: 'ada' };

/** What is said to its node may be lost; what its node asks of the store is done. */
class DeafLink extends TestLink {
  isDeaf = false;

  override tell(deliver: () => void): boolean {
    return this.isDeaf || super.tell(deliver);
  }
}

let house: ClusterHouse;
let link: DeafLink;
let one: TestNode;
let two: TestNode;
let asked: unknown[];

const answering = {
  name: (data: unknown): unknown => {
    asked.push(data);
    return { heard: data };
  },
  odd: (): unknown => {
    throw new Error('No answer here.');
  },
};

beforeEach(async () => {
  house = new ClusterHouse();
  link = new DeafLink();
  asked = [];
  one = await house.join({ maxSessionsPerUser: 2 }, { answering });
  two = await house.join({ maxSessionsPerUser: 2 }, { answering, link });
  await house.run(1_100);
});

async function settled<T>(promise: Promise<T>, ms = 1_200): Promise<T> {
  // A rejection is for whoever awaits what is returned.
  promise.catch(() => {});
  await house.run(ms);
  return await promise;
}

const silent = ['node2'];
const idOf = ({ socket }: Guest): unknown => socket.frames[0]?.['session'];

async function list(about: object): Promise<unknown[]> {
  const { count, sessions } = await settled(two.node.list({ limit: 2, ...about }), 50);
  return [count, ...sessions.map(({ id }) => id)];
}

describe('a node that does not answer in time', () => {
  it('I6 is named as silent by every look and order, and what it has is missing', async () => {
    const [near, far] = [await house.enter(one, user), await house.enter(two, user)];
    link.isDeaf = true;
    const { node } = one;
    const overview = await settled(node.overview('ada', 9));
    expect(overview).toMatchObject({ count: 1, sessions: [{ id: idOf(near) }], silent });
    expect(await settled(node.list({ limit: 9 }))).toMatchObject({ count: 1, silent });
    expect(await settled(node.reapUser('ada'))).toMatchObject({ kept: 1, silent });
    expect(await settled(node.reapAll())).toMatchObject({ kept: 1, silent });
    expect(await settled(node.close(String(idOf(far)), 'admin'))).toEqual({ closed: [], silent });
    expect(await settled(node.closeUser('ada'))).toEqual({ closed: [idOf(near)], silent });
    expect(far.socket.isOpen).toBe(true);
  });

  it('I6 is named as silent to whoever broadcasts, revokes or asks a question of its own', async () => {
    link.isDeaf = true;
    const { node } = one;
    const order = { user: 'ada', jti: null, issuedUpTo: 100, endsAtMs: 9e12 };
    expect(await settled(node.askAll('name', 7))).toEqual({ answers: [{ heard: 7 }], silent });
    expect(await settled(node.revoke(order))).toEqual({ closed: [], silent });
    const told = await settled(node.broadcast({ event: 'e', data: 1 }), 31_000);
    expect(told).toEqual({ users: 0, sessions: 0, outcome: 'queued', silent });
  });
});

describe('the questions of an application', () => {
  it('are answered by every node, the own answer first', async () => {
    const { answers } = await settled(one.node.askAll('name', 7));
    expect([answers, asked]).toEqual([
      [{ heard: 7 }, { heard: 7 }],
      [7, 7],
    ]);
  });

  it('are put to nobody else where this node throws', async () => {
    await expect(settled(one.node.askAll('odd', null))).rejects.toThrow('No answer here.');
    expect(two.events.filter(({ type }) => type === 'fault')).toEqual([]);
  });

  it('I6 have those named as silent whose answer throws, which is a fault there', async () => {
    two = await house.join({}, { answering: { ...answering, name: answering.odd } });
    await house.run(1_100);
    const { answers, silent: without } = await settled(one.node.askAll('name', 7));
    expect(answers).toEqual([{ heard: 7 }, { heard: 7 }]);
    expect(without).toEqual(['node3']);
    expect(two.events.filter(({ type }) => type === 'fault')).toHaveLength(1);
  });

  it('of a kind that this node does not answer are a mistake, and put to nobody', async () => {
    const wrong = settled(one.node.askAll('constructor', null));
    await expect(wrong).rejects.toBeInstanceOf(UsageError);
    await expect(wrong).rejects.toMatchObject({ code: 'bad-option' });
  });
});

describe('a list over several nodes', () => {
  it('I1 counts newcomers of a user who wait, on whatever node', async () => {
    for (const node of [one, two]) {
      const { socket } = await house.enter(node, user);
      socket.isFrozen = true;
    }
    house.come(one, user);
    house.come(two, user);
    await house.run(20);
    const overview = await settled(one.node.overview('ada', 1), 50);
    expect(overview).toMatchObject({ limit: 2, count: 2, waiting: 2, silent: [] });
    expect(overview.sessions.map(({ node }) => node)).toEqual(['node1']);
  });

  it('is sorted over all of them, and holds those of one state or user alone', async () => {
    const ids: unknown[] = [];
    for (const [userId, node] of [
      ['a', one],
      ['b', two],
      ['c', one],
    ] as const) {
      ids.push(idOf(await house.enter(node, { userId })));
      await house.run(50);
    }
    expect(await list({ sort: 'openedAt' })).toEqual([3, ids[0], ids[1]]);
    expect(await list({ sort: '-openedAt' })).toEqual([3, ids[2], ids[1]]);
    expect(await list({ state: 'opening' })).toEqual([0]);
    expect(await list({ user: 'b' })).toEqual([1, ids[1]]);
  });
});
