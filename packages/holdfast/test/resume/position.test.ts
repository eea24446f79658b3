import { describe, expect, test } from 'vitest';
import { eventsOn, framesOn, House, settled } from '../sessions/house.ts';
import { memoryOf, offsetsOn, readyOn } from './client.ts';

function publish(house: House, count: number, user = 'u'): void {
  for (let number = 1; number <= count; number += 1) house.layer.publish(user, { event: 'e' });
}

/** A client that was there, and left. */
function leftWith(house: House, user = 'u'): ReturnType<typeof memoryOf> {
  const { socket } = house.connect(user);
  const memory = memoryOf(socket);
  socket.leave();
  return memory;
}

async function broadcast(house: House, event: string): Promise<void> {
  const outcome = house.layer.broadcast({ event });
  await settled();
  house.clock.advance(1);
  await outcome;
}

describe('a client that says where it was', () => {
  test('FM-78 I4 gets what was published since, once and in order, and then what is new', () => {
    const house = new House();
    const { socket } = house.connect('u');
    publish(house, 100);
    const { epoch } = memoryOf(socket);
    socket.leave();
    const back = house.connect('u', { resume: { epoch, offset: 37 } });
    expect(readyOn(back.socket)).toMatchObject({
      offset: 37,
      resume: { outcome: 'replayed', replayed: 63 },
    });
    publish(house, 1);
    expect(offsetsOn(back.socket)).toEqual(Array.from({ length: 64 }, (_, at) => at + 38));
  });

  test('I4 is told that nothing is missing', () => {
    const house = new House();
    const memory = leftWith(house);
    expect(readyOn(house.connect('u', { resume: memory }).socket)).toMatchObject({
      resume: { outcome: 'lossless' },
    });
    expect(house.metrics.resumedByOutcome.get('lossless')).toBe(1);
  });

  test('I4 is promised only what is for it', () => {
    const house = new House();
    const other = house.connect('u');
    const memory = leftWith(house);
    house.layer.publish('u', { event: 'for the other' }, { session: other.session.id });
    house.layer.publish('u', { event: 'for all' });
    const { socket } = house.connect('u', { resume: memory });
    expect(readyOn(socket)).toMatchObject({ resume: { outcome: 'replayed', replayed: 1 } });
    expect(eventsOn(socket)).toEqual(['for all']);
  });

  test('FM-76 D5 I4 is told from where to where the log no longer reaches, and gets the rest', () => {
    const house = new House({ historyEvents: 10 });
    const memory = leftWith(house);
    publish(house, 15);
    const { socket } = house.connect('u', { resume: memory });
    expect(readyOn(socket)).toMatchObject({
      offset: 5,
      resume: { outcome: 'gap', reason: 'overflow', from: 1, to: 5 },
    });
    expect(offsetsOn(socket)).toEqual([6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(framesOn(socket, 'gap')).toEqual([]);
    expect(house.told('lost')).toEqual([
      { type: 'lost', user: 'u', events: 5, reason: 'overflow' },
    ]);
  });

  test.each([
    ['another epoch', { epoch: 'another', offset: 3 }],
    ['a place the record never reached', { epoch: 'n', offset: 99 }],
  ])('D5 I4 of %s is told so, and gets all there is', (_what, resume) => {
    const house = new House();
    publish(house, 3);
    const { socket } = house.connect('u', { resume });
    expect(readyOn(socket)).toMatchObject({
      epoch: 'n',
      offset: 0,
      resume: { outcome: 'gap', reason: 'epoch' },
    });
    expect(offsetsOn(socket)).toEqual([1, 2, 3]);
  });

  test('D5 I4 is told that what was there has expired, also when the log has begun anew', () => {
    const house = new House({ resumeWindowMs: 60_000 });
    const memory = leftWith(house);
    publish(house, 3);
    house.clock.advance(200_000);
    expect(house.layer.gauges().logs).toBe(0);
    const without = house.connect('u', { resume: { epoch: memory.epoch, offset: memory.offset } });
    expect(readyOn(without.socket)).toMatchObject({
      offset: 3,
      resume: { outcome: 'gap', reason: 'expired' },
    });
    publish(house, 1);
    const withLog = house.connect('u', { resume: { epoch: memory.epoch, offset: memory.offset } });
    expect(readyOn(withLog.socket)).toMatchObject({
      offset: 3,
      resume: { outcome: 'gap', reason: 'expired' },
    });
    expect(offsetsOn(withLog.socket)).toEqual([4]);
  });

  test('I4 is not told of a gap because the logs of others have expired', () => {
    const house = new House({ resumeWindowMs: 60_000 });
    const memory = leftWith(house);
    publish(house, 3, 'other');
    house.clock.advance(200_000);
    expect(readyOn(house.connect('u', { resume: memory }).socket)).toMatchObject({
      resume: { outcome: 'lossless' },
    });
  });

  test('without an epoch or an offset is new', () => {
    const house = new House();
    publish(house, 3);
    house.connect('u');
    for (const resume of [{ epoch: 'n' }, { offset: 1 }, {}]) {
      const { socket } = house.connect('u', { resume });
      expect(readyOn(socket)).toMatchObject({ offset: 3, resume: { outcome: 'new' } });
    }
  });
});

describe('a broadcast', () => {
  test('D5 I4 that a user was not there for is told as a gap in its place, to every session that reads on from before', async () => {
    const house = new House();
    const { socket } = house.connect('u');
    publish(house, 1);
    const memory = memoryOf(socket);
    socket.leave();
    house.connect('v');
    await broadcast(house, 'missed');
    publish(house, 1);
    const back = house.connect('u', { resume: memory });
    expect(offsetsOn(back.socket)).toEqual([2]);
    expect(framesOn(back.socket, 'gap')).toMatchObject([{ reason: 'broadcast', offset: 3 }]);
    const { epoch, offset } = memory;
    const second = house.connect('u', { resume: { epoch, offset } });
    expect(framesOn(second.socket, 'gap')).toHaveLength(1);
    expect(house.told('lost')).toEqual([
      { type: 'lost', user: 'u', events: 1, reason: 'broadcast' },
    ]);
    await broadcast(house, 'there');
    expect(eventsOn(back.socket).at(-1)).toBe('there');
    expect(framesOn(back.socket, 'gap')).toHaveLength(1);
  });

  test('D5 I4 is told to a user without a log, too', async () => {
    const house = new House();
    const memory = leftWith(house);
    house.connect('v');
    await broadcast(house, 'missed');
    const { socket } = house.connect('u', { resume: memory });
    expect(readyOn(socket)).toMatchObject({ resume: { outcome: 'gap', reason: 'broadcast' } });
    const again = house.connect('u', { resume: memoryOf(socket) });
    expect(readyOn(again.socket)).toMatchObject({ resume: { outcome: 'lossless' } });
  });

  test('I4 reaches whoever comes back while it is under way', async () => {
    const house = new House();
    const memory = leftWith(house);
    for (let user = 0; user < 1_000; user += 1) house.connect(`v${user}`);
    const outcome = house.layer.broadcast({ event: 'under way' });
    await settled();
    const { socket } = house.connect('u', { resume: memory });
    expect(eventsOn(socket)).toEqual(['under way']);
    for (let slice = 0; slice < 20; slice += 1) {
      house.clock.advance(1);
      await settled();
    }
    expect(await outcome).toMatchObject({ users: 1_001, sessions: 1_001 });
    expect(eventsOn(socket)).toEqual(['under way']);
  });

  test('I4 that no log can hold is a gap for whoever comes back', async () => {
    const house = new House({ historyBytes: 2_048 });
    const { socket } = house.connect('u');
    publish(house, 1);
    const memory = memoryOf(socket);
    await broadcast(house, 'x'.repeat(100));
    const outcome = house.layer.broadcast({ event: 'large', data: 'x'.repeat(4_000) });
    house.clock.advance(1);
    expect(await outcome).toMatchObject({ users: 0, outcome: 'overflow' });
    const back = house.connect('u', { resume: memory });
    expect(framesOn(back.socket, 'gap')).toMatchObject([{ reason: 'broadcast' }]);
  });
});
