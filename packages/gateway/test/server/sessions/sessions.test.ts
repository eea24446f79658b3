import { UsageError } from 'holdfast';
import type { FakeSocket } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Core } from '../../../src/server/core.ts';
import { PrometheusText } from '../../../src/server/metrics/prometheus.ts';
import { NodeHouse, Wire } from './node-house.ts';

let house: NodeHouse;
beforeEach(() => {
  house = new NodeHouse();
});
afterEach(() => house.end());

const idOf = (socket: FakeSocket): string => String(socket.frames[0]?.['session']);
const typesOf = (socket: FakeSocket): unknown[] => socket.frames.map(({ type }) => type);

const kinds: readonly [string, () => Promise<Core>][] = [
  ['of a process alone', () => house.alone()],
  ['of a node on a store', () => house.join()],
];

describe.each(kinds)('the sessions %s', (_, begin) => {
  let core: Core;
  beforeEach(async () => {
    core = await begin();
  });

  it('I1 are as many as the limit, are listed, counted, and closed', async () => {
    const sockets: FakeSocket[] = [];
    for (let count = 0; count < 6; count += 1) sockets.push(await house.come(core, 'u'));
    expect(sockets[5]?.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    const view = await house.done(core.sessions.overview('u', 2));
    expect([view.limit, view.count, view.waiting, view.silent]).toEqual([5, 5, 0, []]);
    expect(view.sessions.map(({ id, node }) => [id, node])).toEqual(
      sockets.slice(0, 2).map((socket) => [idOf(socket), core.layer.node]),
    );
    for (const scope of ['node', 'cluster'] as const) {
      const list = await house.done(core.sessions.list(scope, { sort: '-openedAt', limit: 1 }));
      expect([list.count, list.sessions[0]?.user]).toEqual([5, 'u']);
      const stats = await house.done(core.sessions.stats(scope));
      expect([stats.managers_active, stats.nodes, stats.silent]).toEqual([5, 1, []]);
    }
    const [first, ...others] = sockets.slice(0, 5) as [FakeSocket, ...FakeSocket[]];
    expect(await house.done(core.sessions.close(idOf(first)))).toBe(true);
    expect(await house.done(core.sessions.close(idOf(first)))).toBe(false);
    expect(first.closes).toEqual([{ code: 4499, reason: '{"r":"admin"}' }]);
    const options = { exclude: [idOf(others[0]!)] };
    const ended = await house.done(core.sessions.closeUser('u', options));
    expect(ended).toEqual({ closed: others.slice(1).map(idOf), silent: [] });
    expect(await house.done(core.sessions.reapUser('u'))).toMatchObject({ reaped: [], kept: 1 });
    expect(await house.done(core.sessions.reapAll())).toMatchObject({ reaped: [], kept: 1 });
  });

  it('I4 get what is published, for all of them or for one; what cannot be an event is refused', async () => {
    const [one, two] = [await house.come(core, 'u'), await house.come(core, 'u')];
    const event = { event: 'e', data: 1 };
    expect(await house.done(core.sessions.publish('u', event))).toMatchObject({
      ...{ offset: 1, sessions: 2, outcome: 'queued' },
    });
    const session = idOf(one);
    await house.done(core.sessions.publish('u', event, { session }));
    await house.done(core.sessions.broadcast(event));
    await house.run(50);
    expect(typesOf(one)).toEqual(['ready', 'event', 'event', 'event']);
    expect(typesOf(two)).toEqual(['ready', 'event', 'event']);
    expect(await house.done(core.sessions.hasSession('u', session))).toBe(true);
    expect(await house.done(core.sessions.hasSession('v', session))).toBe(false);
    expect(await house.done(core.sessions.hasSession('u', 'none'))).toBe(false);
    const wrong = core.sessions.publish('u', { event: '', data: 1 });
    await expect(house.done(wrong)).rejects.toThrow(UsageError);
    one.say({ type: 'ack', offset: 3 });
    const waited = core.sessions.publishAndWait('u', event, { waitMs: 1000 });
    await house.run(20);
    two.say({ type: 'ack', offset: 4 });
    expect(await house.done(waited)).toMatchObject({ outcome: 'delivered' });
  });

  it('A12 keep to a limit that is set and lifted; a wrong one is refused', async () => {
    expect(await house.done(core.sessions.setLimit('u', 1))).toBe(1);
    await house.come(core, 'u');
    const second = await house.come(core, 'u');
    expect(second.closes[0]?.code).toBe(4429);
    expect(await house.done(core.sessions.setLimit('u', null))).toBe(5);
    expect(typesOf(await house.come(core, 'u'))).toEqual(['ready']);
    const wrong = core.sessions.setLimit('u', 0);
    await expect(house.done(wrong)).rejects.toMatchObject({ code: 'bad-limit' });
  });

  it('end with the tokens that are revoked, of one or of all', async () => {
    const [one, two] = [
      await house.come(core, 'u', { jti: 'a' }),
      await house.come(core, 'u', { jti: 'b' }),
    ];
    const first = await house.done(core.sessions.revoke({ userId: 'u', jti: 'a' }));
    expect(first.closed).toEqual([idOf(one)]);
    const second = await house.done(core.sessions.revoke({ userId: 'u' }));
    expect(second).toEqual({ closed: [idOf(two)], silent: [] });
    expect(one.closes).toEqual([{ code: 4401, reason: '{"r":"revoked"}' }]);
  });

  it('are of a node that is listed, and let go by its name alone', async () => {
    const name = core.layer.node;
    const [view, ...others] = await house.done(core.sessions.nodes());
    expect(others).toEqual([]);
    expect(view).toMatchObject({ name, url: `http://${name}`, state: 'ready', sessions: 0 });
    expect(await house.done(core.sessions.drainNode('other'))).toBeNull();
    const begun = await house.done(core.sessions.drainNode(name));
    expect([begun?.withinMs, house.drained]).toEqual([30_000, [name]]);
  });
});

async function idsBy(core: Core, sort: 'openedAt' | '-openedAt'): Promise<unknown[]> {
  const list = await house.done(core.sessions.list('cluster', { sort, limit: 3 }));
  expect(list.count).toBe(4);
  return list.sessions.map(({ id }) => id);
}

describe('of two nodes', () => {
  let one: Core;
  let two: Core;
  let wire: Wire;
  beforeEach(async () => {
    wire = new Wire();
    [one, two] = [await house.join(), await house.join({}, wire)];
    await house.run(1100);
  });

  it('one names the other where it does not answer, and says of nobody that they are not there', async () => {
    const far = await house.come(two, 'u');
    const near = await house.come(one, 'u');
    wire.isDeaf = true;
    const silent = [two.layer.node];
    const view = await house.done(one.sessions.overview('u', 10));
    expect([view.silent, view.sessions.map(({ id }) => id)]).toEqual([silent, [idOf(near)]]);
    expect(await house.done(one.sessions.list('cluster', { limit: 9 }))).toMatchObject({ silent });
    expect(await house.done(one.sessions.stats('cluster'))).toMatchObject({ silent, nodes: 1 });
    expect(await house.done(one.sessions.reapAll())).toMatchObject({ silent });
    const { closed } = await house.done(one.sessions.closeUser('u', {}));
    expect(closed).toEqual([idOf(near)]);
    const lost = { name: 'StoreError', kind: 'timeout' };
    await expect(house.done(one.sessions.close(idOf(far)))).rejects.toMatchObject(lost);
    await expect(house.done(one.sessions.drainNode(silent[0]!))).rejects.toMatchObject(lost);
    const states = await house.done(one.sessions.nodes());
    expect(states.map(({ state, sessions }) => [state, sessions])).toEqual([
      ['ready', 0],
      ['silent', null],
    ]);
    expect(far.closes).toEqual([]);
  });

  it('a revocation that nobody else has heard is in force on a node that joins later', async () => {
    const far = await house.come(two, 'u', { jti: 'stolen' });
    wire.isDeaf = true;
    const order = { userId: 'u', jti: 'stolen' };
    expect(await house.done(one.sessions.revoke(order))).toMatchObject({ closed: [] });
    const third = await house.join();
    const late = await house.come(third, 'u', { jti: 'stolen' });
    expect(late.closes).toEqual([{ code: 4401, reason: '{"r":"revoked"}' }]);
    expect(far.closes).toEqual([]);
  });

  it('a revocation ends the sessions of both, and names them', async () => {
    const sockets: FakeSocket[] = [];
    for (const core of [one, two]) sockets.push(await house.come(core, 'u', { jti: 'stolen' }));
    const order = { userId: 'u', jti: 'stolen', note: 'a laptop was lost' };
    const told = await house.done(one.sessions.revoke(order));
    expect(told).toEqual({ closed: sockets.map(idOf), silent: [] });
    expect(sockets.map(({ closes }) => closes[0]?.code)).toEqual([4401, 4401]);
    const notes = house.lines.filter(({ event }) => event === 'closed').map(({ note }) => note);
    expect(notes).toEqual(['a laptop was lost', 'a laptop was lost']);
  });

  it('I12 a revocation for which the node that was asked has no room is carried out by nobody', async () => {
    const far = await house.come(two, 'u', { jti: 'stolen' });
    const { revocations } = one.tokens;
    for (let token = 0; token < 100_000; token += 1)
      revocations.revokeToken({ userId: 'u', jti: `t${token}`, endsAtMs: 9e15 });
    const refused = house.done(one.sessions.revoke({ userId: 'u', jti: 'stolen' }));
    await expect(refused).rejects.toMatchObject({ name: 'UsageError', code: 'bad-state' });
    await house.run(50);
    const third = await house.join();
    const late = await house.come(third, 'u', { jti: 'stolen' });
    expect([far.closes, late.closes]).toEqual([[], []]);
    expect(one.faults.standing()).toEqual([]);
  });

  it('the other is let go from here', async () => {
    await house.come(two, 'u');
    const begun = await house.done(one.sessions.drainNode(two.layer.node));
    expect(begun).toMatchObject({ name: two.layer.node, sessions: 1, withinMs: 30_000 });
    expect(house.drained).toEqual([two.layer.node]);
  });

  it('I1 what lists are sorted by holds over all of them', async () => {
    const sockets: FakeSocket[] = [];
    for (const core of [one, two, two, one]) {
      sockets.push(await house.come(core, `u${sockets.length}`));
      await house.run(20);
    }
    const ids = sockets.map(idOf);
    expect(await idsBy(two, 'openedAt')).toEqual(ids.slice(0, 3));
    expect(await idsBy(two, '-openedAt')).toEqual(ids.toReversed().slice(0, 3));
  });
});

describe('without their store', () => {
  it('whatever needs it is refused, and nothing has been done', async () => {
    const wire = new Wire();
    const core = await house.join({}, wire);
    const socket = await house.come(core, 'u');
    wire.isCut = true;
    const event = { event: 'e', data: 1 };
    const { sessions } = core;
    const asks: readonly (() => Promise<unknown>)[] = [
      () => sessions.publish('u', event),
      () => sessions.broadcast(event),
      () => sessions.setLimit('u', 3),
      () => sessions.overview('u', 3),
      () => sessions.hasSession('u', 'node-0-7'),
      () => sessions.revoke({ userId: 'v' }),
    ];
    for (const ask of asks)
      await expect(house.done(ask())).rejects.toMatchObject({ name: 'StoreError' });
    expect(core.seat.isStoreAway).toBe(true);
    expect(core.layer.limitOf('u')).toBe(5);
    expect(typesOf(socket)).toEqual(['ready']);
    wire.isCut = false;
    await house.run(2000);
    expect([core.seat.isStoreAway, core.seat.drift]).toEqual([false, 0]);
    expect(house.lines.map(({ event: name }) => name)).toEqual(
      expect.arrayContaining(['joined', 'storeAway', 'storeBack']),
    );
  });

  it('I6 a lease that is over is a fault, a line and a count, and what is repaired is told', async () => {
    const wire = new Wire();
    const core = await house.join({}, wire);
    const socket = await house.come(core, 'u');
    wire.isCut = true;
    await house.run(6000);
    wire.isCut = false;
    await house.run(2000);
    expect(core.metrics.leasesLost).toBe(1);
    expect(core.metrics.repairs.restored + core.metrics.repairs.removed).toBeLessThanOrEqual(1);
    expect(core.faults.standing().map(({ where }) => where)).toEqual(['lease']);
    expect(house.lines.filter(({ event }) => event === 'joined')).toMatchObject([
      { isAnew: false, level: 'info' },
      { isAnew: true, level: 'warn' },
    ]);
    const text = await new PrometheusText(core).read();
    expect(text).toMatch(/^holdfast_lease_lost_total 1$/m);
    expect(text).toMatch(/^holdfast_store_up 1$/m);
    expect(text).toMatch(/^holdfast_store_act_failures_total\{act="renew"\} [1-9]/m);
    expect(text).toMatch(/^holdfast_store_acts_total\{act="admit"\} 1$/m);
    expect(text).toMatch(/^holdfast_store_act_failures_total\{act="admit"\} 0$/m);
    expect(socket.closes).toEqual([]);
    expect((await house.done(core.sessions.overview('u', 9))).count).toBe(1);
  });

  it('E9 its warnings are said once, and stand in health until they are over', async () => {
    const wire = new Wire();
    const core = await house.join({}, wire);
    const standing = (): unknown[] => core.faults.standing().map(({ where }) => where);
    wire.warnings = ['Set maxmemory-policy to noeviction.'];
    core.seat.look();
    core.seat.look();
    expect(standing()).toEqual(['store-settings']);
    wire.warnings = [];
    core.seat.look();
    expect(standing()).toEqual([]);
    expect(house.lines.filter(({ event }) => event === 'storeSettings')).toHaveLength(1);
  });
});
