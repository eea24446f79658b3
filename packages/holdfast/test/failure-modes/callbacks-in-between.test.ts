import { describe, expect, test } from 'vitest';
import { holdfastCodec } from '../../src/sessions/codec.ts';
import type { SendOutcome } from '../../src/sessions/socket.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { eventsOn, framesOn, House, settled } from '../sessions/house.ts';

/** Has no text: `String` of it throws. */
const textless: unknown = Object.create(null);

function fail(): never {
  throw new Error('as asked');
}

/** A clock on which, at one reading, the loop turns out to have stalled. */
class StallingClock extends ManualClock {
  readingsLeft = 0;

  override nowMs(): number {
    this.readingsLeft -= 1;
    if (this.readingsLeft === 0) this.stall(400);
    return super.nowMs();
  }
}

/** A promise of somebody else's make, which rejects. */
function rejecting(): object {
  const promise = {};
  Reflect.set(promise, 'then', (_done: unknown, failed: (error: unknown) => void) =>
    failed(new Error('as asked')),
  );
  return promise;
}

/** A socket that calls back before its `send` or `ping` has returned, which the port forbids. */
class HastySocket extends FakeSocket {
  onSend: () => void = () => {};

  override send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    const outcome = super.send(frames, rest);
    this.onSend();
    return outcome;
  }
}

describe('what is thrown and called in between', () => {
  test('B4 I6 counts what a listener throws though it has no text, and goes on telling', () => {
    const house = new House();
    let thrown = 0;
    house.layer.subscribe(() => {
      thrown += 1;
      throw textless;
    });
    for (let number = 0; number < 3; number += 1) house.connect(`u${number}`);
    expect(house.told('opened')).toHaveLength(3);
    expect(house.faultsOf('listener')).toBe(thrown);
    expect(house.layer.health().faults).toMatchObject([{ where: 'listener' }]);
  });

  test('B4 I6 counts what a listener rejects with, whatever makes its promises', async () => {
    const house = new House();
    let rejections = 0;
    house.layer.subscribe((event) => {
      if (event.type !== 'opened') return undefined;
      rejections += 1;
      return rejecting() as unknown as void;
    });
    house.connect('u');
    await settled();
    expect([rejections, house.faultsOf('listener')]).toEqual([1, 1]);
  });

  test('B4 I6 answers a message whose hook rejects with something that has no text', async () => {
    const house = new House({}, { hooks: { onMessage: () => Promise.reject(textless) } });
    const { socket } = house.connect('u');
    socket.say({ type: 'message', data: 1, id: 'm' });
    await settled();
    expect(framesOn(socket, 'error')).toMatchObject([{ code: 'application-failed', id: 'm' }]);
    expect(house.faultsOf('hook')).toBe(1);
  });

  test('I2 ends nobody over a ping that never left, whatever the engine threw', () => {
    const house = new House();
    const { socket } = house.connect('u');
    socket.ping = () => {
      throw textless;
    };
    house.clock.advance(120_000);
    expect(house.causes).toEqual([]);
    expect(house.faultsOf('socket')).toBeGreaterThan(0);
  });

  test('B4 survives a codec that throws, and tells the client', () => {
    const house = new House({}, { codec: { ...holdfastCodec, parse: fail } });
    const { socket, session } = house.connect('u');
    socket.say('x');
    expect(framesOn(socket, 'error')).toHaveLength(1);
    expect([session.state, house.faultsOf('application')]).toEqual(['live', 1]);
  });

  test('I2 ends nobody in a pressure reap who is heard while the one before it is told of', () => {
    const house = new House({ maxSessionsPerUser: 2 });
    const [one, other] = [house.connect('u'), house.connect('u')];
    for (const { socket } of [one, other]) socket.isFrozen = true;
    house.clock.advance(14_000);
    house.layer.subscribe((event) => {
      if (event.type !== 'closed' || event.session !== one.session.id) return;
      other.socket.thaw();
      other.socket.say({ type: 'message', data: 1 });
    });
    house.knock('u');
    expect([one.session.state, other.session.state]).toEqual(['closed', 'live']);
    expect(house.told('pressureReaped')).toMatchObject([{ found: 2, freed: 1 }]);
  });

  test('I2 ends nobody on an order to reap who is heard while the one before it is told of', () => {
    const house = new House();
    const [one, other] = [house.connect('u'), house.connect('u')];
    for (const { socket } of [one, other]) socket.isFrozen = true;
    house.layer.setEnforcement({ on: 'nobody', interimLimit: null });
    house.clock.advance(60_000);
    house.layer.setEnforcement({ on: 'everyone', interimLimit: null });
    house.layer.subscribe((event) => {
      if (event.type !== 'closed' || event.session !== one.session.id) return;
      other.socket.thaw();
      other.socket.say({ type: 'message', data: 1 });
    });
    const { reaped, kept } = house.layer.reapUser('u');
    expect([one.session.state, other.session.state]).toEqual(['closed', 'live']);
    expect([reaped.length, kept]).toEqual([1, 1]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'I1 never gives one slot too many, though a stall is noticed at reading %i and a listener comes for one',
    (reading) => {
      const clock = new StallingClock();
      const house = new House({ maxSessionsPerUser: 2 }, {}, clock);
      house.connect('u');
      house.clock.advance(14_000);
      house.layer.subscribe(({ type }) => {
        if (type === 'stalled') house.layer.open({ userId: 'u', socket: house.socket() });
      });
      clock.readingsLeft = reading;
      house.knock('u');
      expect(house.layer.count('u')).toBeLessThanOrEqual(2);
    },
  );

  test.each([1, 2, 3, 4, 5, 6])(
    'I4 gives no offset twice, though a stall is noticed at reading %i and a listener publishes',
    (reading) => {
      const clock = new StallingClock();
      const house = new House({}, {}, clock);
      const { socket } = house.connect('u');
      house.layer.publish('u', { event: 'first' });
      house.clock.advance(14_000);
      house.layer.subscribe(({ type }) => {
        if (type === 'stalled') house.layer.publish('u', { event: 'told' });
      });
      clock.readingsLeft = reading;
      house.layer.publish('u', { event: 'mine' });
      const offsets = framesOn(socket, 'event').map(({ offset }) => offset);
      expect(offsets).toEqual(offsets.map((_, place) => place + 1));
    },
  );

  test('I4 writes each event once to a socket that calls back from within', () => {
    const house = new House();
    const socket = new HastySocket(house.clock);
    house.connect('u', { socket });
    let left = 2;
    socket.onSend = () => {
      left -= 1;
      if (left === 1) house.layer.publish('u', { event: 'within' });
      else socket.owner.drained();
    };
    house.layer.publish('u', { event: 'one' });
    house.layer.publish('u', { event: 'two' });
    expect(eventsOn(socket)).toEqual(['one', 'within', 'two']);
  });

  test('I4 writes each event once to a socket whose pongs come from within', () => {
    const house = new House({ maxUnconfirmedBytes: 1024 });
    const socket = house.socket();
    socket.ping = (mark) => socket.owner.ponged(mark);
    house.connect('u', { socket });
    for (let number = 0; number < 30; number += 1)
      house.layer.publish('u', { event: `e${number}`, data: 'x'.repeat(100) });
    expect(eventsOn(socket)).toEqual(Array.from({ length: 30 }, (_, number) => `e${number}`));
  });

  test('I4 writes nothing before `ready`, though a failing socket makes a listener publish', () => {
    const house = new House();
    for (let number = 0; number < 3; number += 1) house.layer.publish('u', { event: `e${number}` });
    house.layer.subscribe(({ type }) => {
      if (type === 'fault') house.layer.publish('u', { event: 'told' });
    });
    const socket = house.socket();
    socket.throwing.add('transport');
    house.connect('u', { socket });
    expect(socket.frames.map(({ type, event }) => event ?? type)).toEqual([
      'ready',
      'e0',
      'e1',
      'e2',
      'told',
    ]);
  });

  test('FM-08 I7 gives the deadline of a socket back once, though closing it ends it and throws', () => {
    const house = new House();
    const { socket, session } = house.connect('ann');
    socket.close = () => {
      socket.owner.gone();
      const bobs = house.socket();
      bobs.isFrozen = true;
      house.layer.open({ userId: 'bob', socket: bobs });
      throw new Error('no');
    };
    house.layer.close(session.id);
    house.clock.advance(120_000);
    expect(house.causes).toEqual(['released', 'no-pong']);
    expect(house.layer.count('bob')).toBe(0);
  });

  test('I8 refuses a socket that has an owner: one connection is one session', () => {
    const house = new House();
    const { socket } = house.connect('ann');
    const open = (): unknown => house.layer.open({ userId: 'bob', socket });
    expect(open).toThrow(expect.objectContaining({ code: 'bad-socket' }));
    expect(() => house.layer.turnAway(socket, 'overload')).toThrow('belongs to nobody');
    const reserved = house.layer.open({ userId: 'bob' });
    if (reserved.outcome !== 'opened') throw new Error('expected a slot');
    expect(() => house.layer.attach(reserved.session, socket)).toThrow('belongs to nobody');
    expect(house.layer.count('ann')).toBe(1);
  });
});
