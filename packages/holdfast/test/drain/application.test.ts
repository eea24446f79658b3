import { describe, expect, test } from 'vitest';
import type { ClientMessage } from '../../src/sessions/hooks.ts';
import type { Session } from '../../src/sessions/session.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { eventsOn, framesOn, House, settled } from '../sessions/house.ts';
import { Course, wayOut } from './ways-out.ts';

const withinMs = 20_000;

/** A hook whose calls the test ends by hand. */
class SlowHook {
  readonly calls: { readonly data: unknown; readonly end: (error?: Error) => void }[] = [];

  readonly onMessage = (_session: Session, { data }: ClientMessage): Promise<void> =>
    new Promise((resolve, reject) => {
      this.calls.push({
        data,
        end: (error) => (error === undefined ? resolve() : reject(error)),
      });
    });
}

describe('a message that the application is about to take when a drain begins', () => {
  test('I4 is answered before the session is closed, also past the instant it was told', async () => {
    const hook = new SlowHook();
    const house = new House({ hookTimeoutMs: 10_000 }, { hooks: hook });
    const { socket } = house.connect('u');
    const other = house.connect('v');
    socket.say({ type: 'message', id: 'm1', data: 1 });
    void house.layer.drain({ withinMs: 5_000 });
    await house.clock.settle(4_000);
    expect(other.socket.closes).toHaveLength(1);
    expect(socket.closes).toEqual([]);
    hook.calls[0]?.end();
    await house.clock.settle(200);
    expect(socket.frames.at(-1)).toEqual({ type: 'accepted', id: 'm1' });
    expect(wayOut(socket)).toMatchObject({ code: 1012, r: 'drain' });
  });

  test('is waited for no longer than the drain time', async () => {
    const hook = new SlowHook();
    const house = new House({ hookTimeoutMs: 60_000 }, { hooks: hook });
    const { socket } = house.connect('u');
    socket.say({ type: 'message', id: 'm1', data: 1 });
    const course = new Course(house, 3_000);
    await house.clock.settle(3_100);
    expect(socket.closes).toHaveLength(1);
    expect(course.isOver).toBe(true);
    hook.calls[0]?.end();
    await settled();
    expect(framesOn(socket, 'accepted')).toEqual([]);
  });

  test('is still served when it comes after the drain was told', async () => {
    const hook = new SlowHook();
    const house = new House({}, { hooks: hook });
    const { socket } = house.connect('u', { roundTripMs: 300 });
    void house.layer.drain({ withinMs });
    socket.say({ type: 'message', id: 'm2', data: 2 });
    await house.clock.settle(400);
    expect(socket.closes).toEqual([]);
    hook.calls[0]?.end();
    await house.clock.settle(100);
    expect(framesOn(socket, 'accepted')).toEqual([{ type: 'accepted', id: 'm2' }]);
    expect(socket.closes).toHaveLength(1);
    socket.say({ type: 'message', id: 'm3', data: 3 });
    expect(hook.calls).toHaveLength(1);
  });

  test.each(['throws', 'rejects', 'never ends'])(
    'F1 touches no other session when its hook %s',
    async (how) => {
      const onMessage = (session: Session): unknown => {
        if (session.userId !== 'u') return undefined;
        if (how === 'throws') throw new Error('a hook failed, as asked');
        return how === 'rejects' ? Promise.reject(new Error('as asked')) : new Promise(() => {});
      };
      const house = new House({ hookTimeoutMs: 2_000 }, { hooks: { onMessage } });
      const sockets = ['u', 'v', 'w'].map((user) => house.connect(user).socket);
      for (const socket of sockets) socket.say({ type: 'message', id: 'm', data: 1 });
      const course = new Course(house, withinMs);
      await house.clock.settle(200);
      expect(sockets.slice(1).map(({ closes }) => closes.length)).toEqual([1, 1]);
      await house.clock.settle(2_500);
      expect(framesOn(sockets[0] ?? house.socket(), 'error')).toMatchObject([{ id: 'm' }]);
      expect(course.isOver).toBe(true);
      expect(house.faultsOf('hook')).toBe(1);
    },
  );

  test('hears of the end: a drain waits for what is done about it', async () => {
    const ends: (() => void)[] = [];
    const onClose = (): Promise<void> => new Promise((resolve) => void ends.push(resolve));
    const house = new House({ hookTimeoutMs: 10_000 }, { hooks: { onClose } });
    house.connect('u');
    const course = new Course(house, withinMs);
    await house.clock.settle(3_000);
    expect(house.causes).toEqual(['shutdown']);
    expect(course.isOver).toBe(false);
    ends[0]?.();
    await house.clock.settle(100);
    expect(course.isOver).toBe(true);
  });
});

describe('publishing', () => {
  test('I4 goes on while there are sessions to deliver to', async () => {
    const house = new House();
    const { socket } = house.connect('u', { roundTripMs: 400 });
    void house.layer.drain({ withinMs });
    await house.clock.settle(200);
    expect(house.layer.publish('u', { event: 'late' })).toMatchObject({ outcome: 'queued' });
    expect(await house.layer.broadcast({ event: 'all' })).toMatchObject({ users: 1 });
    await house.clock.settle(1_500);
    expect(eventsOn(socket)).toEqual(['late', 'all']);
    expect(socket.closes).toHaveLength(1);
  });

  test('is a mistake once the layer has ended: nobody could ever be given what is published', async () => {
    const house = new House();
    house.connect('u');
    expect(house.layer.isOver).toBe(false);
    const { promise } = new Course(house, withinMs);
    await house.clock.settle(200);
    await promise;
    expect(house.layer.isOver).toBe(true);
    expect(() => house.layer.publish('u', { event: 'e' })).toThrow(
      expect.objectContaining({ code: 'bad-state' }),
    );
    await expect(house.layer.broadcast({ event: 'e' })).rejects.toMatchObject({
      code: 'bad-state',
    });
    expect(house.layer.gauges()).toMatchObject({ logs: 0, logBytes: 0 });
  });

  test('I4 of a broadcast that waited for its turn until the layer had ended is refused, too', async () => {
    const house = new House();
    for (let user = 0; user < 100; user += 1) house.connect(`u${user}`);
    house.layer.subscribe(({ type }) => {
      if (type === 'published') void house.layer.shutdown();
    });
    const [first, second] = await Promise.allSettled([
      house.layer.broadcast({ event: 'first' }),
      house.layer.broadcast({ event: 'second' }),
    ]);
    expect(first).toMatchObject({ status: 'fulfilled', value: { users: 1 } });
    expect(second).toMatchObject({ status: 'rejected', reason: { code: 'bad-state' } });
    await house.clock.settle(2_500);
    expect(house.layer.gauges()).toMatchObject({ sessions: 0, logs: 0, logBytes: 0 });
  });

  test('FM-56 writes nothing behind a close frame', async () => {
    const house = new House();
    const sockets = house.fill('u', 3).map(({ socket }) => new Recorder(socket));
    void house.layer.drain({ withinMs });
    for (let step = 0; step < 30; step += 1) {
      if (!house.layer.isOver) house.layer.publish('u', { event: 'e' });
      await house.clock.settle(5, 5);
    }
    expect(house.layer.isOver).toBe(true);
    for (const { socket, framesAtClose } of sockets)
      expect(socket.written).toHaveLength(framesAtClose);
  });
});

describe('orders in the middle of a drain', () => {
  test('A7 a user who is closed meanwhile leaves no ghost, and is closed once', async () => {
    const house = new House();
    const sockets = house.fill('u', 3, { roundTripMs: 300 }).map(({ socket }) => socket);
    house.connect('v', { roundTripMs: 300 });
    const course = new Course(house, withinMs);
    await house.clock.settle(100);
    expect(house.layer.closeUser('u')).toHaveLength(3);
    expect(house.layer.closeUser('u')).toEqual([]);
    await house.clock.settle(1_500);
    expect(course.isOver).toBe(true);
    expect(sockets.map(({ closes }) => closes.map(({ code }) => code))).toEqual([
      [4499],
      [4499],
      [4499],
    ]);
    expect(house.causes).toEqual(['admin', 'admin', 'admin', 'shutdown']);
  });

  test('A7 a client that leaves by itself meanwhile is over as it wished', async () => {
    const house = new House();
    const { socket } = house.connect('u', { roundTripMs: 300 });
    const course = new Course(house, withinMs);
    socket.leave();
    await house.clock.settle(100);
    expect(course.isOver).toBe(true);
    expect(house.causes).toEqual(['client-close']);
  });

  test('a listener may ask for the drain in the middle of it, and gets the same one', async () => {
    const house = new House();
    const asked: Promise<void>[] = [];
    house.layer.subscribe(({ type }) => {
      if (type === 'closed') asked.push(house.layer.drain({ withinMs }));
    });
    house.fill('u', 3);
    const over = house.layer.shutdown();
    await house.clock.settle(2_500);
    await over;
    expect(asked).toHaveLength(3);
    expect(new Set([...asked, over]).size).toBe(1);
  });

  test('I6 a socket that ends the layer from within the frame that tells of its end does no harm', async () => {
    const house = new House();
    const socket = new RudeSocket(house);
    house.connect('u', { socket });
    const others = house.fill('v', 3);
    socket.isRude = true;
    const course = new Course(house, withinMs);
    await house.clock.settle(2_500);
    expect(course.isOver).toBe(true);
    expect(others.every((one) => one.socket.closes.length === 1)).toBe(true);
    expect(house.layer.gauges()).toMatchObject({ sessions: 0, lingering: 0 });
  });
});

/** Counts what was written when the close frame went out. */
class Recorder {
  readonly socket: FakeSocket;
  framesAtClose = -1;

  constructor(socket: FakeSocket) {
    this.socket = socket;
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      this.framesAtClose = socket.written.length;
      close(code, reason);
    };
  }
}

/** Calls back into the layer while it is being written to. */
class RudeSocket extends FakeSocket {
  readonly #house: House;
  isRude = false;

  constructor(house: House) {
    super(house.clock);
    this.#house = house;
  }

  override send(frames: Uint8Array, rest: Uint8Array | null): 'ok' | 'queued' | 'dropped' {
    const outcome = super.send(frames, rest);
    if (this.isRude) {
      this.isRude = false;
      this.#house.layer.closeUser('u');
      void this.#house.layer.shutdown();
    }
    return outcome;
  }
}
