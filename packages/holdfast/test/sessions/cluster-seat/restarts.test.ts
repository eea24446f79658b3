import { describe, expect, test } from 'vitest';
import { eventsOn, framesOn } from '../house.ts';
import { readyOf, record, SeatHouse } from './seat-house.ts';

const gap = { type: 'gap', reason: 'epoch', epoch: 'e2' };

describe('a record that is gone', () => {
  test('D5 is told to every session of its user, which reads on in the new one', () => {
    const house = new SeatHouse();
    const [one, other] = [house.admit('u'), house.admit('u')];
    const stranger = house.admit('v');
    house.appended('u', 1);
    house.node.mirror.restart('u', record(4, { epoch: 'e2' }));
    for (const { socket, session } of [one, other]) {
      expect(framesOn(socket, 'gap')).toEqual([{ ...gap, offset: 4 }]);
      expect(session).toMatchObject({ cursor: 4, acked: 4 });
    }
    expect(framesOn(stranger.socket, 'gap')).toEqual([]);
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e2', first: 5, last: 4 });
    expect(house.appended('u', 2)).toBe('other-epoch');
    expect(house.appended('u', 5, { epoch: 'e2' })).toBe('appended');
    expect(eventsOn(one.socket)).toEqual(['x1', 'x5']);
    expect(house.told('lost')).toEqual([]);
  });

  test('is told once, and not at all where nothing has changed', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(3) } });
    house.node.mirror.restart('u', record(3));
    house.node.mirror.restart('u', record(9));
    house.node.mirror.restart('w', record(9, { epoch: 'e2' }));
    expect(framesOn(socket, 'gap')).toEqual([]);
    house.node.mirror.restart('u', record(9, { epoch: 'e2' }));
    house.node.mirror.restart('u', record(9, { epoch: 'e2' }));
    expect(framesOn(socket, 'gap')).toEqual([{ ...gap, offset: 9 }]);
  });

  test('D5 is told where the store has lost what this node has seen, though it has kept the name', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(3) } });
    house.node.mirror.restart('u', record(1));
    expect(framesOn(socket, 'gap')).toEqual([{ ...gap, epoch: 'e1', offset: 1 }]);
    house.appended('u', 2);
    expect(eventsOn(socket)).toEqual(['x2']);
  });

  test('I4 is told first where the node brings in the new one: nothing of that is passed over', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(3) } });
    house.appended('u', 4);
    house.read('u', [0, 2], 'e2');
    expect(framesOn(socket, 'gap')).toEqual([{ ...gap, offset: 0 }]);
    expect(eventsOn(socket)).toEqual(['x4', 'x1', 'x2']);
  });

  test('is that of a newcomer too who was granted its slot before: what is here is newer', () => {
    const house = new SeatHouse();
    const here = house.admit('u', { grant: { record: record(3) } });
    house.node.mirror.restart('u', record(0, { epoch: 'e2' }));
    house.appended('u', 1, { epoch: 'e2' });
    const { socket } = house.admit('u', {
      grant: { record: record(3) },
      resume: { epoch: 'e1', offset: 3 },
    });
    expect(readyOf(socket)).toMatchObject({
      epoch: 'e2',
      offset: 0,
      resume: { outcome: 'gap', reason: 'epoch' },
    });
    house.appended('u', 2, { epoch: 'e2' });
    for (const one of [here.socket, socket]) expect(eventsOn(one)).toEqual(['x1', 'x2']);
    expect(framesOn(here.socket, 'gap')).toEqual([{ ...gap, offset: 0 }]);
  });

  test("is nobody's where the session has no socket yet: it begins in the new one", () => {
    const house = new SeatHouse();
    const granted = house.grant({ record: record(3) });
    const outcome = house.node.enter({ userId: 'u' }, granted);
    house.node.mirror.restart('u', record(1, { epoch: 'e2' }));
    const socket = house.socket();
    if (outcome.outcome === 'opened') house.layer.attach(outcome.session, socket);
    expect(readyOf(socket)).toMatchObject({ epoch: 'e2', offset: 1, resume: { outcome: 'new' } });
    expect(framesOn(socket, 'gap')).toEqual([]);
  });

  test('I3 ends nobody for an ack of the former one that was on its way', () => {
    const house = new SeatHouse();
    const { session, socket } = house.admit('u', { grant: { record: record(90) } });
    house.appended('u', 91);
    house.node.mirror.restart('u', record(1, { epoch: 'e2' }));
    house.appended('u', 2, { epoch: 'e2' });
    socket.say({ type: 'ack', offset: 91 });
    socket.say({ type: 'ack', offset: 2 });
    expect(session).toMatchObject({ state: 'live', acked: 1 });
    house.clock.advance(100);
    house.appended('u', 3, { epoch: 'e2' });
    socket.say({ type: 'ack', offset: 3 });
    expect(session.acked).toBe(3);
    socket.say({ type: 'ack', offset: 91 });
    expect(house.causes).toEqual(['bad-frame']);
  });

  test('I4 the answer to a ping from before it confirms nothing of the new one', () => {
    const house = new SeatHouse();
    const { session, socket } = house.admit('u', { roundTripMs: 40 });
    house.appended('u', 1, { tracked: { node: 3, event: 'x1', endsAtMs: null } });
    expect(socket.pings).toBe(1);
    house.node.mirror.restart('u', record(0, { epoch: 'e2' }));
    house.appended('u', 1, { epoch: 'e2' });
    house.clock.advance(45);
    expect(session.acked).toBe(0);
    house.clock.advance(100);
    expect(session.acked).toBe(1);
    expect(house.told('receiptSettled')).toEqual([]);
  });

  test('is told while events are written: nothing of the former one follows', () => {
    const house = new SeatHouse({ maxUnconfirmedBytes: 16_384 });
    const { socket } = house.admit('u');
    const send = socket.send.bind(socket);
    let isFirst = true;
    socket.send = (frames, rest) => {
      const outcome = send(frames, rest);
      if (isFirst) {
        isFirst = false;
        house.node.mirror.restart('u', record(0, { epoch: 'e2' }));
        house.appended('u', 1, { epoch: 'e2', tracked: null });
      }
      return outcome;
    };
    house.node.mirror.begin('u', {
      epoch: 'e1',
      after: 0,
      delivered: 0,
      entries: ['a', 'b', 'c'].map((event) => ({
        body: `,"event":"${event}","data":null,"time":0}`,
        onlyFor: null,
        eventId: event,
        tracked: null,
      })),
    });
    expect(eventsOn(socket)).toEqual(['a', 'x1']);
    expect(house.layer.sessionsOf('u')[0]).toMatchObject({ cursor: 1, epoch: 'e2' });
  });

  test('leaves a session where it put it, whatever becomes of a write that was under way', () => {
    const house = new SeatHouse();
    const { session, socket } = house.admit('u');
    const send = socket.send.bind(socket);
    socket.send = () => {
      socket.send = send;
      house.node.mirror.restart('u', record(1, { epoch: 'e2' }));
      return 'dropped';
    };
    house.appended('u', 1);
    house.appended('u', 2, { epoch: 'e2' });
    expect(session.cursor).toBe(2);
    expect(framesOn(socket, 'gap')).toEqual([{ ...gap, offset: 1 }]);
    expect(eventsOn(socket)).toEqual(['x2']);
  });

  test('I4 confirms nothing of an event that was being written', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u');
    const send = socket.send.bind(socket);
    socket.send = (frames, rest) => {
      socket.send = send;
      const outcome = send(frames, rest);
      house.node.mirror.restart('u', record(9, { epoch: 'e2' }));
      return outcome;
    };
    house.appended('u', 1, { tracked: { node: 3, event: 'x1', endsAtMs: null } });
    house.clock.advance(1_000);
    expect(house.told('receiptSettled')).toEqual([]);
  });

  test('ends a session that cannot be told', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u');
    socket.outcome = 'dropped';
    house.node.mirror.restart('u', record(0, { epoch: 'e2' }));
    expect(house.causes).toEqual(['slow']);
  });
});
