import { describe, expect, it } from 'vitest';
import type { RevocationDuty } from '../../src/cluster/revoking.ts';
import type { RevocationOrder } from '../../src/sessions/store/cluster-store.ts';
import { ClusterHouse, type Guest, type TestNode } from './cluster-house.ts';
import { TestLink } from './test-link.ts';

const user = { userId: 'ada' };

async function twoNodes(
  options = {},
): Promise<{ house: ClusterHouse; one: TestNode; two: TestNode; revoked: RevocationOrder[][] }> {
  const house = new ClusterHouse();
  const revoked: RevocationOrder[][] = [[], []];
  const one = await house.join(options, { onRevoked: noting(revoked[0]) });
  const two = await house.join(options, { onRevoked: noting(revoked[1]) });
  await house.run(1_100);
  return { house, one, two, revoked };
}

/** Ends nobody, and notes what it was to carry out. */
function noting(heard: RevocationOrder[] | undefined): RevocationDuty {
  return (order) => {
    heard?.push(order);
    return [];
  };
}

async function settled<T>(house: ClusterHouse, promise: Promise<T>, ms = 50): Promise<T> {
  await house.run(ms);
  return await promise;
}

describe('looks and orders over several nodes', () => {
  it('I1 lists the sessions of a user with the nodes they are on', async () => {
    const { house, one, two } = await twoNodes();
    await house.enter(one, { ...user, device: 'phone' });
    await house.enter(two, { ...user, device: 'laptop' });
    const overview = await settled(house, one.node.overview('ada', 10));
    expect(overview).toMatchObject({ limit: 5, count: 2, silent: [] });
    expect(overview.sessions.map(({ node, device }) => [node, device])).toEqual([
      ['node1', 'phone'],
      ['node2', 'laptop'],
    ]);
  });

  it('ends one session, or all of a user, wherever they are', async () => {
    const { house, one, two } = await twoNodes();
    const guests = [await house.enter(one, user), await house.enter(two, user)];
    const { sessions } = await settled(house, one.node.overview('ada', 10));
    const remote = sessions.find(({ node }) => node === 'node2')?.id ?? '';
    const close = (): Promise<unknown> => settled(house, one.node.close(remote, 'admin'));
    expect(await close()).toEqual({ closed: [remote], silent: [] });
    expect(guests[1]?.socket.closes[0]?.code).toBe(4499);
    expect(await close()).toEqual({ closed: [], silent: [] });
    const near = sessions.find(({ node }) => node === 'node1')?.id;
    expect(await settled(house, two.node.closeUser('ada'))).toEqual({ closed: [near], silent: [] });
    expect(await house.rowsOf('ada')).toBe(0);
  });

  it('A12 a limit that is set on one node holds on the other, and lets in who waits', async () => {
    const { house, one, two } = await twoNodes({ maxSessionsPerUser: 1 });
    const first = await house.enter(one, user);
    first.socket.isFrozen = true;
    const second = house.come(two, user);
    await house.run(20);
    expect(second.outcome).toBe(null);
    await settled(house, one.node.setLimit('ada', 2));
    expect(second.outcome?.outcome).toBe('opened');
    await settled(house, two.node.setLimit('ada', 1));
    expect(first.socket.isOpen && second.socket.isOpen).toBe(true);
    expect(await settled(house, one.node.limitOf('ada'))).toBe(1);
  });

  it('a revocation reaches every node at once, and a node whose link was cut when it is back', async () => {
    const house = new ClusterHouse();
    const heard: RevocationOrder[][] = [[], []];
    const link = new TestLink();
    const one = await house.join({}, { onRevoked: noting(heard[0]) });
    await house.join({}, { link, onRevoked: noting(heard[1]) });
    await house.run(1_100);
    const endsAtMs = house.clock.epochMs() + 60_000;
    const order = { user: 'ada', jti: null, issuedUpTo: 100, endsAtMs };
    await settled(house, one.node.revoke(order));
    expect(heard).toEqual([[order], [order]]);
    link.cut();
    const later = { ...order, user: 'bob' };
    await settled(house, one.node.revoke(later));
    expect(heard[1]).toEqual([order]);
    link.mend();
    await house.run(1_500);
    expect(heard[1]).toContainEqual(later);
  });

  it('evicts the oldest of all nodes under that policy, once a minute', async () => {
    const { house, one, two } = await twoNodes({ maxSessionsPerUser: 2, onLimit: 'evict-oldest' });
    const guests = [await house.enter(one, user), await house.enter(two, user)];
    const third = await house.enter(two, user);
    expect(third.outcome?.outcome).toBe('opened');
    await house.run(20);
    expect(guests[0]?.socket.closes[0]).toEqual({ code: 4409, reason: '{"r":"evicted"}' });
    expect(guests[1]?.socket.isOpen).toBe(true);
    const fourth = await house.enter(one, user);
    expect(fourth.outcome?.outcome).toBe('refused');
  });
});

describe('what becomes of events over several nodes', () => {
  it('I4 the publisher hears of the delivery on another node', async () => {
    const { house, one, two } = await twoNodes();
    await house.enter(two, user);
    const event = { event: 'order', data: 1, critical: true };
    const receipt = one.node.publishAndWait('ada', event, { waitMs: 5_000 });
    expect(await settled(house, receipt, 200)).toMatchObject({ outcome: 'delivered', sessions: 1 });
  });

  it('I4 what nobody confirms in its time is told as expired, and to the hook, on the node that published it', async () => {
    const { house, one, two } = await twoNodes();
    const guest = await house.enter(two, user);
    guest.socket.isFrozen = true;
    const event = { event: 'order', data: 1, critical: true };
    const receipt = one.node.publishAndWait('ada', event, { waitMs: 60_000, ttlMs: 2_000 });
    expect(await settled(house, receipt, 12_000)).toMatchObject({ outcome: 'expired' });
    expect(one.events.filter(({ type }) => type === 'receiptSettled')).toHaveLength(1);
  });

  it('FM-79 critical events that are pushed out of the log settle as overflow', async () => {
    const { house, one } = await twoNodes({ historyEvents: 10 });
    const event = { event: 'order', data: 1, critical: true };
    for (let count = 0; count < 15; count += 1) await one.node.publish('ada', event);
    await house.run(6_000);
    const outcomes = one.events.flatMap((told) =>
      told.type === 'receiptSettled' ? [told.outcome] : [],
    );
    expect(outcomes).toEqual(['overflow', 'overflow', 'overflow', 'overflow', 'overflow']);
  });

  it('I4 a broadcast reaches every user on every node once, also those who are on both', async () => {
    const { house, one, two } = await twoNodes();
    const guests: Guest[] = [];
    for (const name of ['ada', 'bob'])
      for (const node of [one, two]) guests.push(await house.enter(node, { userId: name }));
    const told = await settled(house, one.node.broadcast({ event: 'news', data: 1 }), 200);
    expect(told).toEqual({ users: 2, sessions: 4, outcome: 'queued', silent: [] });
    for (const { socket } of guests)
      expect(socket.frames.filter(({ type }) => type === 'event')).toHaveLength(1);
  });

  it('I4 a broadcast that never came to a node is told there as a gap', async () => {
    const house = new ClusterHouse();
    const link = new TestLink();
    const one = await house.join();
    const two = await house.join({}, { link });
    await house.run(1_100);
    const guest = await house.enter(two, user);
    link.cut();
    void one.node.broadcast({ event: 'news', data: 1 });
    await house.run(200);
    link.mend();
    await house.run(6_000);
    const words = guest.socket.frames.slice(1).map(({ type, reason }) => [type, reason]);
    expect(words).toEqual([['gap', 'broadcast']]);
  });

  it('I4 a user who was away is told of the broadcasts meanwhile', async () => {
    const { house, one, two } = await twoNodes();
    const first = await house.enter(one, user);
    const { ticket, epoch, offset } = first.socket.frames[0] as {
      ticket: string;
      epoch: string;
      offset: number;
    };
    first.socket.leave();
    await house.run(20);
    await settled(house, one.node.broadcast({ event: 'news', data: 1 }), 1_500);
    const again = await house.enter(two, { ...user, resume: { ticket, epoch, offset } });
    await house.run(100);
    const words = again.socket.frames.map(({ type, reason }) => [type, reason]);
    expect(words).toContainEqual(['gap', 'broadcast']);
  });
});

describe('a node that has just joined', () => {
  it('I1 is asked like any other, before the next heartbeat of those that were there', async () => {
    const house = new ClusterHouse();
    const one = await house.join();
    await house.run(1_100);
    const two = await house.join();
    await house.enter(two, user);
    const overview = await settled(house, one.node.overview('ada', 10));
    expect(overview).toMatchObject({ count: 1, silent: [] });
  });

  it('a revocation reaches it, also one that comes before the next heartbeat', async () => {
    const house = new ClusterHouse();
    const heard: RevocationOrder[] = [];
    const one = await house.join();
    await house.run(1_100);
    await house.join({}, { onRevoked: noting(heard) });
    await house.settle();
    const endsAtMs = house.clock.epochMs() + 60_000;
    const order = { user: 'ada', jti: null, issuedUpTo: 100, endsAtMs };
    await settled(house, one.node.revoke(order));
    expect(heard).toContainEqual(order);
  });
});
