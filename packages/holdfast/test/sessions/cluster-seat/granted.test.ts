import { describe, expect, test } from 'vitest';
import { UsageError } from '../../../src/core/usage-error.ts';
import { eventsOn, framesOn, House } from '../house.ts';
import { first, readyOf, record, SeatHouse } from './seat-house.ts';

function fail(): never {
  throw new Error('no');
}

describe('a newcomer to whom the store has given a slot', () => {
  test('gets exactly its generation, and is told what the store said', () => {
    const house = new SeatHouse();
    const generation = house.node.drawGeneration();
    house.node.drawGeneration();
    const { session, socket } = house.admit('u', {
      grant: { generation, limit: 9, count: 4, record: record(17) },
    });
    expect(session.generation).toBe(first + 1);
    expect(readyOf(socket)).toMatchObject({
      type: 'ready',
      session: `n-0-${first + 1}`,
      epoch: 'e1',
      offset: 17,
      limit: 9,
      sessions: 4,
    });
    expect(session.grant).toBeNull();
    expect(house.layer.find(session.id)).toBe(session);
    expect(house.layer.findFor('u', `other-3-${first + 1}`)).toBe(session);
  });

  test('I1 is let in whatever the layer itself would say: the store has counted', () => {
    const options = { maxSessionsPerUser: 1, userConnectRate: { perSecond: 1, burst: 1 } };
    const house = new SeatHouse(options);
    for (let one = 0; one < 3; one += 1) house.admit('u');
    expect(house.layer.count('u')).toBe(3);
    expect(house.told('limitHit')).toEqual([]);
  });

  test('takes the place of its last session, which ends as superseded and is told to the node', () => {
    const house = new SeatHouse(
      {},
      { hooks: { onClose: () => house.heard.push(['left', 'hook']) } },
    );
    const old = house.admit('u');
    const { ticket } = readyOf(old.socket) as { ticket: string };
    const inheritance = house.node.readTicket('u', ticket);
    expect(inheritance).toEqual({ lineage: first + 1, predecessor: first + 1 });
    const heir = house.admit('u', { grant: { inheritance }, resume: { ticket } });
    expect(house.layer.sessionsOf('u')).toEqual([heir.session]);
    expect(heir.session.lineage).toBe(old.session.generation);
    expect(old.socket.closes).toEqual([{ code: 4409, reason: '{"r":"superseded"}' }]);
    expect(house.heard).toEqual([
      ['left', 1, 'superseded'],
      ['left', 'hook'],
    ]);
    house.clock.advance(10);
    expect(house.heard.slice(2)).toEqual([['confirmed', 2]]);
  });

  test('reads on where the session left off that it succeeds here, if it brings no place of its own', () => {
    const house = new SeatHouse();
    const old = house.admit('u', { grant: { record: record(4) } });
    house.appended('u', 5);
    const { ticket } = readyOf(old.socket) as { ticket: string };
    const inheritance = house.node.readTicket('u', ticket);
    const heir = house.admit('u', {
      grant: { inheritance, record: record(5) },
      resume: { ticket },
    });
    expect(readyOf(heir.socket)).toMatchObject({
      offset: 4,
      resume: { outcome: 'replayed', replayed: 1 },
    });
    expect(eventsOn(heir.socket)).toEqual(['x5']);
  });

  test('D7 holds a ticket of any node for good, and none of another key, another user, or beyond all numbers', () => {
    const [one, other, strange] = [
      new SeatHouse(),
      new SeatHouse({}, { node: 'm' }),
      new SeatHouse({}, { seat: { ticketKey: 'q' } }),
    ];
    const { ticket } = readyOf(one.admit('u').socket) as { ticket: string };
    expect(ticket).toMatch(/^\d{13,16}\./);
    expect(other.node.readTicket('u', ticket)).toMatchObject({ lineage: first + 1 });
    expect(other.node.readTicket('v', ticket)).toBeNull();
    expect(strange.node.readTicket('u', ticket)).toBeNull();
    const huge = new SeatHouse({}, { seat: { firstGeneration: 2 ** 53 + 2 } });
    const { ticket: wrong } = readyOf(huge.admit('u').socket) as { ticket: string };
    expect(huge.node.readTicket('u', wrong)).toBeNull();
  });

  test('is served what it has said while it waited, and its waiting is told', () => {
    const messages: unknown[] = [];
    const house = new SeatHouse(
      {},
      { hooks: { onMessage: (_session, { data }) => void messages.push(data) } },
    );
    house.clock.advance(1_000);
    house.admit('u', {
      grant: { held: ['{"type":"message","data":1}'], waitedMs: 300 },
      startedAtMs: house.clock.nowMs() - 320,
    });
    expect(messages).toEqual([1]);
    expect(house.told('opened')).toMatchObject([{ waitedMs: 300, workMs: 20 }]);
  });

  test('I9 proves nothing by what it did before it was let in', async () => {
    const house = new SeatHouse();
    house.clock.advance(5_000);
    const { session } = house.admit('u', { grant: { waitedMs: 700 } });
    expect(session.heardAt).toBe(house.clock.nowMs() - 701);
    expect(session.provenAt).toBeLessThanOrEqual(session.heardAt);
  });

  test('is told why its ticket counted for nothing', () => {
    const house = new SeatHouse();
    house.admit('u', { grant: { flaw: 'spent' }, resume: { ticket: 'garbage' } });
    house.admit('u', { resume: { ticket: 'garbage' } });
    expect(house.told('ticketIgnored').map(({ why }) => why)).toEqual(['spent', 'invalid']);
  });

  test('has left where its socket is closed by then, and where a listener ends it', () => {
    const house = new SeatHouse();
    const closed = house.socket();
    closed.terminate();
    expect(house.enter('u', { socket: closed }).outcome).toEqual({ outcome: 'left' });
    expect(house.heard).toEqual([]);
    house.layer.subscribe((event) => {
      if (event.type === 'opened') house.layer.close(event.session);
    });
    const { outcome, socket } = house.enter('u');
    expect(outcome).toEqual({ outcome: 'left' });
    expect(socket.closes[0]?.code).toBe(1000);
    expect(house.heard).toEqual([['left', 2, 'released']]);
    expect(house.layer.count('u')).toBe(0);
  });

  test('is refused while the layer drains', () => {
    const house = new SeatHouse();
    void house.layer.drain({ withinMs: 10_000 });
    const { outcome, socket } = house.enter('u');
    expect(outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'draining' } });
    expect(socket.closes[0]?.code).toBe(1012);
  });

  test('needs a layer with a seat', () => {
    const house = new House();
    const seated = new SeatHouse();
    expect(() => house.layer.cluster.enter({ userId: 'u' }, seated.grant())).toThrow(UsageError);
  });
});

describe('a layer with a seat in a cluster', () => {
  test('publishes nothing by itself', async () => {
    const { layer } = new SeatHouse();
    expect(() => layer.publish('u', { event: 'x' })).toThrow(/Publish through the cluster node/);
    await expect(layer.publishAndWait('u', { event: 'x' }, { waitMs: 1 })).rejects.toThrow(
      UsageError,
    );
    await expect(layer.broadcast({ event: 'x' })).rejects.toThrow(UsageError);
  });

  test('I6 counts what its node throws, and goes on', () => {
    const link = { left: fail, confirmed: fail, written: fail };
    const house = new SeatHouse({}, { seat: { link } });
    const { session } = house.admit('u');
    house.layer.close(session.id);
    expect(house.faultsOf('listener')).toBe(1);
    expect(house.layer.count('u')).toBe(0);
  });

  test('tells the node of a leave before a waiter here takes the slot, with when to come back', () => {
    const house = new SeatHouse({ maxSessionsPerUser: 1 });
    const one = house.connect('u');
    one.socket.isFrozen = true;
    house.clock.advance(2_000);
    house.knock('u');
    house.layer.subscribe(({ type }) => {
      if (type === 'opened') house.heard.push(['confirmed', 'opened']);
    });
    house.node.endExcess('u', one.session.generation, 1_500);
    expect(house.heard).toEqual([
      ['left', 1, 'excess', 1_500],
      ['confirmed', 'opened'],
    ]);
  });

  test('hands sessions over to those who have their slots, and ends those for whom there is no room', () => {
    const house = new SeatHouse();
    const [one, two, three, four] = [
      house.admit('u'),
      house.admit('u'),
      house.admit('u'),
      house.admit('u'),
    ];
    const { generation } = one.session;
    expect(house.node.closeFor('v', generation, { cause: 'superseded' })).toBe(false);
    expect(house.node.closeFor('u', generation, { cause: 'superseded' })).toBe(true);
    expect(house.node.closeFor('u', generation, { cause: 'superseded' })).toBe(false);
    house.node.closeFor('u', two.session.generation, { cause: 'evicted', retryAfterMs: 60_000 });
    house.node.closeFor('u', three.session.generation, { cause: 'taken-over' });
    expect(house.node.endExcess('v', four.session.generation, 700)).toBe(false);
    expect(house.node.endExcess('u', four.session.generation, 700)).toBe(true);
    expect([one, two, three, four].map(({ socket }) => socket.closes[0])).toEqual([
      { code: 4409, reason: '{"r":"superseded"}' },
      { code: 4409, reason: '{"r":"evicted","retryMs":60000}' },
      { code: 4409, reason: '{"r":"evicted"}' },
      { code: 1013, reason: '{"r":"overload","retryMs":700}' },
    ]);
    expect(house.told('evicted').map(({ policy }) => policy)).toEqual(['evict-oldest', 'ask']);
    expect(house.heard.map(([, , cause]) => cause)).toEqual([
      'superseded',
      'evicted',
      'taken-over',
      'excess',
    ]);
  });

  test('turns away for its node as it does by itself: same close, same event, same numbers', () => {
    const house = new SeatHouse();
    const socket = house.socket();
    house.clock.advance(1_000);
    const refusal = {
      reason: 'user-limit',
      limit: 5,
      live: 5,
      examined: 5,
      reaped: 0,
      blocking: [],
      retryAfterMs: 400,
    } as const;
    const startedAtMs = house.clock.nowMs() - 130;
    const outcome = house.node.refuse({ userId: 'u', socket, startedAtMs }, refusal, 100);
    expect(outcome).toEqual({ outcome: 'refused', refusal });
    expect(socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit","retryMs":400}' }]);
    expect(house.told('refused')).toEqual([
      { type: 'refused', user: 'u', ...refusal, workMs: 30, waitedMs: 100 },
    ]);
    expect(house.metrics.limitHitsByAction.get('denied')).toBe(1);
    house.node.tell({ type: 'limitHit', user: 'u', limit: 5, live: 5, joined: false });
    expect(house.metrics.pressureReaps.triggered).toBe(1);
    expect(framesOn(socket, 'ready')).toEqual([]);
  });
});
