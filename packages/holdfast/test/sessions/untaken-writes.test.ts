import { describe, expect, test } from 'vitest';
import { framesOn, House } from './house.ts';

const offsetsOn = (socket: Parameters<typeof framesOn>[0]): unknown[] =>
  framesOn(socket, 'event').map(({ offset }) => offset);

function publish(house: House, count: number): void {
  for (let number = 0; number < count; number += 1) house.layer.publish('u', { event: 'e' });
}

describe('an engine that does not take a write', () => {
  test('I4 gets it again once it has room: every event once, in order', () => {
    const house = new House();
    const { session, socket } = house.connect('u');
    publish(house, 1);
    const confirmed = session.unconfirmedBytes;
    socket.outcome = 'dropped';
    publish(house, 3);
    expect([session.cursor, session.unconfirmedBytes]).toEqual([1, confirmed]);
    socket.outcome = 'ok';
    socket.owner.drained();
    publish(house, 1);
    expect(offsetsOn(socket)).toEqual([1, 2, 3, 4, 5]);
  });

  test('I4 and never says that it has room gets it again at the next pong', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.outcome = 'dropped';
    publish(house, 1);
    socket.outcome = 'ok';
    house.clock.advance(26_000);
    expect(offsetsOn(socket)).toEqual([1]);
  });

  test('I4 until the log has moved on tells a gap, counted, and the rest', () => {
    const house = new House({ historyEvents: 10 });
    const { socket } = house.connect('u');
    publish(house, 2);
    socket.outcome = 'dropped';
    publish(house, 30);
    expect(framesOn(socket, 'gap')).toEqual([]);
    socket.outcome = 'ok';
    socket.owner.drained();
    expect(framesOn(socket, 'gap')).toMatchObject([{ reason: 'overflow', from: 3, to: 22 }]);
    expect(offsetsOn(socket).slice(2)).toEqual(Array.from({ length: 10 }, (_, at) => at + 23));
    expect(house.told('lost')).toMatchObject([{ events: 20 }]);
  });

  test('I4 that was a gap is told it again, and it is counted once', () => {
    const house = new House({ historyEvents: 10 });
    const { socket } = house.connect('u');
    socket.outcome = 'dropped';
    publish(house, 30);
    socket.owner.drained();
    socket.owner.drained();
    expect(house.told('lost')).toEqual([]);
    socket.outcome = 'ok';
    socket.owner.drained();
    expect(framesOn(socket, 'gap')).toMatchObject([{ from: 1, to: 20 }]);
    expect(house.told('lost')).toHaveLength(1);
  });

  test('D4 I4 has not sent it: an acknowledgement of it is a breach', () => {
    const house = new House();
    const { socket } = house.connect('u');
    publish(house, 1);
    socket.outcome = 'dropped';
    publish(house, 1);
    socket.say({ type: 'ack', offset: 2 });
    expect(house.causes).toEqual(['bad-frame']);
  });

  test('I4 ends with its session, and the next one of that client gets it', () => {
    const house = new House();
    const { socket } = house.connect('u');
    const { ticket, epoch } = framesOn(socket, 'ready')[0] ?? {};
    socket.outcome = 'dropped';
    publish(house, 2);
    socket.drop();
    const resume = { ticket: String(ticket), epoch: String(epoch), offset: 0 };
    const back = house.connect('u', { resume });
    expect(offsetsOn(back.socket)).toEqual([1, 2]);
  });
});

describe('an answer that the engine does not take', () => {
  test('I6 ends the session as slow: the client that asked is not left waiting', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.outcome = 'dropped';
    socket.say({ type: 'ping' });
    expect(house.causes).toEqual(['slow']);
    expect(socket.closes).toEqual([{ code: 4410, reason: '{"r":"slow"}' }]);
  });
});
