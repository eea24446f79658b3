import { describe, expect, it } from 'vitest';
import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ClusterHouse, type TestNode } from './cluster-house.ts';
import { TestLink } from './test-link.ts';

const user = { userId: 'ada' };

async function twoNodes(
  onStoreFailure: 'local' | 'refuse' = 'local',
): Promise<{ house: ClusterHouse; nodes: [TestNode, TestNode]; links: [TestLink, TestLink] }> {
  const house = new ClusterHouse();
  const links: [TestLink, TestLink] = [new TestLink(), new TestLink()];
  const one = await house.join({}, { link: links[0], onStoreFailure });
  const two = await house.join({}, { link: links[1], onStoreFailure });
  await house.run(1_100);
  return { house, nodes: [one, two], links };
}

describe('while the store does not answer', () => {
  it('E8 sessions go on, and newcomers are let in by what their node knows, within half a second', async () => {
    const { house, nodes, links } = await twoNodes('local');
    const guest = await house.enter(nodes[0], user);
    for (const link of links) link.freeze();
    const beganAt = house.clock.nowMs();
    const other = await house.enter(nodes[1], user);
    expect(other.outcome?.outcome).toBe('opened');
    expect(house.clock.nowMs() - beganAt).toBeLessThanOrEqual(500);
    await house.run(10_000);
    expect(guest.socket.isOpen).toBe(true);
    expect(other.socket.isOpen).toBe(true);
    expect(nodes[0].node.isStoreAway).toBe(true);
    expect(nodes[0].node.layer.health().faults.map(({ where }) => where)).toContain('store');
    for (const link of links) link.mend();
    await house.run(2_500);
    expect(guest.socket.isOpen && other.socket.isOpen).toBe(true);
    expect(await house.rowsOf('ada')).toBe(2);
    expect(nodes.map(({ node }) => node.drift)).toEqual([0, 0]);
    expect(nodes[0].node.layer.health().faults).toEqual([]);
  });

  it('E8 newcomers are turned away with a return time under the policy refuse, at once when it is known', async () => {
    const { house, nodes, links } = await twoNodes('refuse');
    links[1].cut();
    const first = await house.enter(nodes[1], user);
    expect(first.outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'overload' } });
    expect(first.socket.closes[0]?.code).toBe(1013);
    expect(first.socket.closes[0]?.reason).toMatch(/"retryMs":\d+/);
  });

  it('I1 excess that came about meanwhile is kept and shown, as after a limit that was lowered', async () => {
    const { house, nodes, links } = await twoNodes('local');
    const guests = [];
    for (let turn = 0; turn < 4; turn += 1) guests.push(await house.enter(nodes[0], user));
    for (const link of links) link.cut();
    for (let turn = 0; turn < 4; turn += 1) guests.push(await house.enter(nodes[1], user));
    await house.run(20_000);
    for (const link of links) link.mend();
    await house.run(2_500);
    expect(guests.filter(({ socket }) => socket.isOpen)).toHaveLength(8);
    expect(await house.rowsOf('ada')).toBe(8);
    const ninth = await house.enter(nodes[0], user);
    expect(ninth.outcome?.outcome).toBe('refused');
  });

  it('I4 E10 what is published while the link of a node is cut reaches its sessions afterwards', async () => {
    const { house, nodes, links } = await twoNodes();
    const guest = await house.enter(nodes[0], user);
    links[0].cut();
    for (let turn = 1; turn <= 5; turn += 1)
      await nodes[1].node.publish('ada', { event: 'tick', data: turn });
    await house.run(3_000);
    links[0].mend();
    await house.run(2_500);
    const offsets = guest.socket.frames
      .filter(({ type }) => type === 'event')
      .map((one) => one['offset']);
    expect(offsets).toEqual([1, 2, 3, 4, 5]);
  });

  it('E10 a session that was superseded elsewhere meanwhile is closed 4409, and nobody else is', async () => {
    const { house, nodes, links } = await twoNodes();
    const first = await house.enter(nodes[0], user);
    const stays = await house.enter(nodes[0], user);
    const { ticket } = first.socket.frames[0] as { ticket: string };
    links[0].cut();
    const again = await house.enter(nodes[1], { ...user, resume: { ticket } });
    expect(again.outcome?.outcome).toBe('opened');
    await house.run(1_000);
    links[0].mend();
    await house.run(2_500);
    expect(first.socket.closes[0]).toEqual({ code: 4409, reason: '{"r":"superseded"}' });
    expect(stays.socket.isOpen && again.socket.isOpen).toBe(true);
    expect(await house.rowsOf('ada')).toBe(2);
  });

  it('D5 a wiped store begins another record, and sessions that are attached are told', async () => {
    const { house, nodes } = await twoNodes();
    const guest = await house.enter(nodes[0], user);
    await nodes[1].node.publish('ada', { event: 'tick', data: 1 });
    await house.run(50);
    house.server.wipe();
    await house.run(4_000);
    await nodes[1].node.publish('ada', { event: 'tick', data: 2 });
    await house.run(100);
    const frames = guest.socket.frames
      .slice(1)
      .map(({ type, reason, offset }) => [type, reason ?? offset]);
    expect(frames).toEqual([
      ['event', 1],
      ['gap', 'epoch'],
      ['event', 1],
    ]);
    expect(await house.rowsOf('ada')).toBe(1);
  });

  it('E4 a failover that lost acknowledged writes is told as a gap, and rows are put back', async () => {
    const { house, nodes } = await twoNodes();
    const before = await house.enter(nodes[0], user);
    const snapshot = house.server.snapshot();
    const guest = await house.enter(nodes[1], user);
    await nodes[1].node.publish('ada', { event: 'tick', data: 'lost' });
    await house.run(50);
    house.server.rollBack(snapshot);
    await nodes[0].node.publish('ada', { event: 'tick', data: 'after' });
    await house.run(70_000);
    expect(await house.rowsOf('ada')).toBe(2);
    for (const { socket } of [before, guest]) {
      const words = socket.frames.slice(1).map(({ type, reason, data }) => [type, reason ?? data]);
      expect(words).toContainEqual(['gap', 'epoch']);
    }
  });
});

describe('nodes that fail', () => {
  it('I3 the sessions of a node that is gone stand in nobody’s way once its lease has lapsed', async () => {
    const { house, nodes, links } = await twoNodes();
    for (let turn = 0; turn < 5; turn += 1) await house.enter(nodes[0], user);
    links[0].cut();
    const beganAt = house.clock.nowMs();
    const refused = await house.enter(nodes[1], user);
    const { outcome } = refused;
    const retryMs = outcome?.outcome === 'refused' ? (outcome.refusal.retryAfterMs ?? 0) : 0;
    expect(retryMs).toBeGreaterThan(1_000);
    await house.run(retryMs);
    const next = await house.enter(nodes[1], user);
    expect(next.outcome?.outcome).toBe('opened');
    expect(house.clock.nowMs() - beganAt).toBeLessThanOrEqual(6_200);
  });

  it('I1 rows of all nodes that have died together are taken out with one heartbeat', async () => {
    const { house, nodes } = await twoNodes();
    const dying = [];
    for (let turn = 0; turn < 5; turn += 1) {
      const link = new TestLink();
      await house.enter(await house.join({}, { link }), { userId: `user ${turn}` });
      dying.push(link);
    }
    for (const link of dying) link.cut();
    await house.run(7_000);
    const rows = await Promise.all(dying.map((_, turn) => house.rowsOf(`user ${turn}`)));
    expect(rows).toEqual([0, 0, 0, 0, 0]);
    expect(nodes.map(({ events }) => events.filter(({ type }) => type === 'fault'))).toEqual([
      [],
      [],
    ]);
  });

  it('E5 a node that was frozen past its lease takes another generation, and only those without room are closed 1013', async () => {
    const { house, nodes, links } = await twoNodes();
    const old = [];
    for (let turn = 0; turn < 5; turn += 1) old.push(await house.enter(nodes[0], user));
    links[0].freeze();
    await house.run(7_000);
    const young = [];
    for (let turn = 0; turn < 3; turn += 1) young.push(await house.enter(nodes[1], user));
    expect(young.map(({ outcome }) => outcome?.outcome)).toEqual(['opened', 'opened', 'opened']);
    links[0].mend();
    await house.run(3_000);
    expect(young.every(({ socket }) => socket.isOpen)).toBe(true);
    expect(await house.rowsOf('ada')).toBeGreaterThanOrEqual(5);
  });
});

describe('a rolling deploy', () => {
  it('I1 refuses nobody at five of five, and counts nobody twice', async () => {
    const { house, nodes } = await twoNodes();
    const guests = [];
    for (let turn = 0; turn < 5; turn += 1) guests.push(await house.enter(nodes[0], user));
    const draining = nodes[0].node.drain({ withinMs: 5_000 });
    let isOver = false;
    void draining.then(() => {
      isOver = true;
    });
    const back: FakeSocket[] = [];
    for (let waitedMs = 0; waitedMs < 7_000; waitedMs += 100) {
      await house.run(100);
      for (const { socket } of guests) {
        const close = socket.closes[0];
        if (close === undefined || back.includes(socket)) continue;
        back.push(socket);
        const told = socket.frames.findLast(({ type }) => type === 'drain') as { ticket: string };
        const again = await house.enter(nodes[1], { ...user, resume: { ticket: told.ticket } });
        expect(again.outcome?.outcome).toBe('opened');
        expect(await house.rowsOf('ada')).toBe(5);
      }
    }
    expect(back).toHaveLength(5);
    expect(isOver).toBe(true);
    expect(nodes[1].node.nodes().map(({ name }) => name)).toEqual(['node2']);
  });
});
