import { describe, expect, test } from 'vitest';
import { eventsOn, framesOn } from '../house.ts';
import { entry, first, readyOf, record, SeatHouse } from './seat-house.ts';

/** Where a client says it was. */
const at = (offset: number, epoch = 'e1') => ({ resume: { epoch, offset } });

describe('the mirror of a record', () => {
  test('I5 is not begun for a user about whom there is nothing to write', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(7) }, ...at(7) });
    house.admit('u', { grant: { record: record(7) } });
    expect(readyOf(socket)).toMatchObject({ offset: 7, resume: { outcome: 'lossless' } });
    expect(house.layer.gauges()).toMatchObject({ logs: 0, logBytes: 0 });
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e1', first: 8, last: 7 });
    expect(house.node.mirror.headOf('v')).toBeNull();
  });

  test('begins with the next event, which needs no reading', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(7) } });
    expect(house.appended('u', 8)).toBe('appended');
    expect(eventsOn(socket)).toEqual(['x8']);
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e1', first: 8, last: 8 });
  });

  test('I4 takes each event once, in order, and of its own record', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(7) } });
    expect(house.appended('u', 9)).toBe('ahead');
    expect(house.appended('u', 7)).toBe('known');
    expect(house.appended('u', 8, { epoch: 'e2' })).toBe('other-epoch');
    expect(house.appended('v', 1)).toBe('unknown');
    expect(house.appended('u', 8)).toBe('appended');
    expect(house.appended('u', 8)).toBe('known');
    expect(house.appended('u', 10)).toBe('ahead');
    expect(eventsOn(socket)).toEqual(['x8']);
  });

  test('replays what the node has read', () => {
    const house = new SeatHouse();
    house.read('u', [2, 5]);
    const { socket } = house.admit('u', { grant: { record: record(5) }, ...at(3) });
    expect(readyOf(socket)).toMatchObject({
      offset: 3,
      resume: { outcome: 'replayed', replayed: 2 },
    });
    expect(eventsOn(socket)).toEqual(['x4', 'x5']);
  });

  test('I4 tells what the store has no more, with its place, and what nobody has read', () => {
    const house = new SeatHouse();
    house.read('u', [3, 6]);
    const known = house.admit('u', { grant: { record: record(6, { first: 4 }) }, ...at(1) });
    expect(readyOf(known.socket)).toMatchObject({
      offset: 3,
      resume: { outcome: 'gap', reason: 'overflow', from: 2, to: 3 },
    });
    expect(eventsOn(known.socket)).toEqual(['x4', 'x5', 'x6']);
    const last = house.admit('u', { grant: { record: record(6, { first: 4 }) }, ...at(2) });
    expect(readyOf(last.socket)['resume']).toMatchObject({ outcome: 'gap', from: 3, to: 3 });
    const unread = house.admit('v', { grant: { record: record(6) }, ...at(2) });
    expect(readyOf(unread.socket)).toMatchObject({
      offset: 6,
      resume: { outcome: 'gap', reason: 'overflow', from: 3, to: 6 },
    });
    const fresh = house.admit('w', { grant: { record: record(6, { delivered: 4 }) } });
    expect(readyOf(fresh.socket)).toMatchObject({
      offset: 6,
      resume: { outcome: 'gap', reason: 'overflow', from: 5, to: 6 },
    });
    expect(house.metrics.lostByReason.get('overflow')).toBe(2 + 1 + 4 + 2);
  });

  test('D5 tells of another record: of another epoch, or shorter than where the client was', () => {
    const house = new SeatHouse();
    house.read('u', [2, 5]);
    for (const place of [at(4, 'e0'), at(6), at(4, 'n')]) {
      const { socket } = house.admit('u', { grant: { record: record(5) }, ...place });
      expect(readyOf(socket)).toMatchObject({
        offset: 2,
        resume: { outcome: 'gap', reason: 'epoch' },
      });
      expect(eventsOn(socket)).toEqual(['x3', 'x4', 'x5']);
    }
  });

  test('has a session without a position begin after what the record counts as delivered', () => {
    const house = new SeatHouse();
    house.read('u', [2, 5], 'e1', 4);
    const { socket } = house.admit('u', { grant: { record: record(5, { delivered: 4 }) } });
    expect(readyOf(socket)).toMatchObject({ offset: 4, resume: { outcome: 'new' } });
    expect(eventsOn(socket)).toEqual(['x5']);
  });

  test('reaches further back when the node reads more, and nobody is written anything twice', () => {
    const house = new SeatHouse();
    const here = house.admit('u', { grant: { record: record(4) } });
    house.appended('u', 5);
    house.appended('u', 6);
    house.read('u', [2, 5]);
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e1', first: 3, last: 6 });
    const { socket } = house.admit('u', { grant: { record: record(6) }, ...at(2) });
    expect(eventsOn(socket)).toEqual(['x3', 'x4', 'x5', 'x6']);
    house.appended('u', 7);
    expect(eventsOn(here.socket)).toEqual(['x5', 'x6', 'x7']);
    expect(eventsOn(socket).at(-1)).toBe('x7');
    expect(house.layer.gauges().logs).toBe(1);
  });

  test('goes on where it was, and tells a gap only where the store has one', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(1) } });
    house.appended('u', 2);
    house.read('u', [1, 4]);
    house.read('u', [2, 4]);
    expect(eventsOn(socket)).toEqual(['x2', 'x3', 'x4']);
    house.read('u', [7, 8]);
    expect(framesOn(socket, 'gap')).toEqual([
      { type: 'gap', reason: 'overflow', epoch: 'e1', offset: 7, from: 5, to: 7 },
    ]);
    expect(eventsOn(socket)).toEqual(['x2', 'x3', 'x4', 'x8']);
  });

  test('I4 leaves out what would leave a hole before what is here', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u', { grant: { record: record(4) } });
    house.read('u', [1, 3]);
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e1', first: 5, last: 4 });
    house.appended('u', 5);
    house.read('u', [1, 3]);
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e1', first: 5, last: 5 });
    expect(eventsOn(socket)).toEqual(['x5']);
  });

  test('writes an event for one client to no other, and missed broadcasts as a gap', () => {
    const house = new SeatHouse();
    const [one, other] = [house.admit('u'), house.admit('u')];
    house.appended('u', 1, { onlyFor: first + 2 });
    house.appended('u', 2, { body: '' });
    expect(eventsOn(one.socket)).toEqual([]);
    expect(eventsOn(other.socket)).toEqual(['x1']);
    for (const { socket } of [one, other])
      expect(framesOn(socket, 'gap')).toEqual([
        { type: 'gap', reason: 'broadcast', epoch: 'e1', offset: 2 },
      ]);
  });

  test('I4 holds all that the store holds: there, only bodies count', () => {
    const house = new SeatHouse({ historyEvents: 50, historyBytes: 50 * entry('x10').body.length });
    house.read('u', [0, 50]);
    expect(house.node.mirror.headOf('u')).toEqual({ epoch: 'e1', first: 1, last: 50 });
    house.admit('u', { grant: { record: record(50) } });
    house.appended('u', 51);
    expect(house.node.mirror.headOf('u')).toMatchObject({ first: 2, last: 51 });
  });

  test('tells whether it holds an event at its place, or another one, or nothing', () => {
    const house = new SeatHouse();
    house.read('u', [3, 5]);
    house.appended('u', 6, { body: '' });
    const holds = (offset: number, some: object = {}) =>
      house.node.mirror.holds('u', {
        epoch: 'e1',
        offset,
        entry: { ...entry(`x${offset}`), ...some },
      });
    expect([holds(3), holds(4), holds(7)]).toEqual([null, true, null]);
    expect([holds(5, { body: entry('y').body }), holds(6, { body: '' }), holds(6)]).toEqual([
      false,
      true,
      false,
    ]);
    expect(house.node.mirror.holds('v', { epoch: 'e1', offset: 1, entry: entry('x') })).toBeNull();
  });

  test('loses nothing when it goes: the store still has it', async () => {
    const house = new SeatHouse({ resumeWindowMs: 5_000, historyEvents: 2 });
    house.read('u', [0, 4]);
    house.read('v', [0, 1]);
    house.clock.advance(20_000);
    expect(house.layer.gauges()).toMatchObject({ logs: 0, logBytes: 0 });
    await house.layer.shutdown();
    expect(house.told('lost')).toEqual([]);
  });

  test('I6 an event that cannot be encoded counts as a fault, and takes its place', () => {
    const house = new SeatHouse();
    const { socket } = house.admit('u');
    const broken = { ...entry('x'), body: null as unknown as string };
    Object.defineProperty(broken, 'body', { value: Symbol('no text') });
    expect(house.node.mirror.append('u', { epoch: 'e1', offset: 1, entry: broken })).toBe(
      'appended',
    );
    expect(house.faultsOf('application')).toBe(1);
    house.appended('u', 2);
    expect(eventsOn(socket)).toEqual(['x2']);
  });
});

describe('how far the record is delivered', () => {
  test('is told when something is written that the record did not count so', () => {
    const house = new SeatHouse();
    house.read('u', [2, 5], 'e1', 3);
    house.admit('u', { grant: { record: record(5, { delivered: 3 }) }, ...at(2) });
    expect(house.heard).toEqual([['written', 'u', 'e1', 5]]);
    house.admit('u', { grant: { record: record(5, { delivered: 3 }) }, ...at(2) });
    house.appended('u', 6);
    house.admit('u', { grant: { record: record(6) }, ...at(2) });
    expect(house.heard).toHaveLength(1);
  });

  test('is told when a client says so that was further, though there is no log', () => {
    const house = new SeatHouse();
    house.admit('u', { grant: { record: record(5, { delivered: 3 }) }, ...at(5) });
    expect(house.heard).toEqual([['written', 'u', 'e1', 5]]);
  });

  test('I7 is told when the session is live, and one that its node ends then stays over', () => {
    const link = {
      left: () => {},
      confirmed: () => {},
      written: () => void house.layer.closeUser('u'),
    };
    const house: SeatHouse = new SeatHouse({}, { seat: { link } });
    const { outcome } = house.enter('u', {
      grant: { record: record(5, { delivered: 3 }) },
      ...at(5),
    });
    expect(outcome).toEqual({ outcome: 'left' });
    expect(house.layer.count('u')).toBe(0);
    expect(house.causes).toEqual(['admin']);
    expect(house.told('attached')).toEqual([]);
  });

  test('is told as far as a slow client has room, and again when it reads on', () => {
    const house = new SeatHouse({ maxUnconfirmedBytes: 16_384 });
    const entries = Array.from({ length: 100 }, (_, index) => entry(`${index}`.padEnd(256, '.')));
    house.node.mirror.begin('u', { epoch: 'e1', after: 0, delivered: 0, entries });
    house.admit('u', { grant: { record: record(100, { delivered: 0 }) } });
    const places = (): number[] => house.heard.map(([, , , offset]) => Number(offset));
    expect(places()[0]).toBeGreaterThan(10);
    expect(places()[0]).toBeLessThan(100);
    house.clock.advance(200);
    expect(places().at(-1)).toBe(100);
    expect(places()).toEqual(places().toSorted((one, other) => one - other));
  });
});
