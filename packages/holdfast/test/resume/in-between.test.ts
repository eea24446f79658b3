import { describe, expect, test } from 'vitest';
import { type SessionCodec, holdfastCodec } from '../../src/sessions/codec.ts';
import { LogNotes } from '../../src/sessions/log-notes.ts';
import { eventsOn, framesOn, House, settled } from '../sessions/house.ts';
import { memoryOf, offsetsOn, readyOn } from './client.ts';

/** Slices pass, and what waits for them. */
async function pass(house: House, slices = 30): Promise<void> {
  for (let slice = 0; slice < slices; slice += 1) {
    house.clock.advance(1);
    await settled();
  }
}

async function broadcast(house: House, event: string): Promise<void> {
  const outcome = house.layer.broadcast({ event });
  await pass(house, 5);
  await outcome;
}

describe('what happens in the middle of a broadcast', () => {
  test('I4 a user who was reached and whose log gave way gets it once', async () => {
    const house = new House({ historyBytes: 1_000_000, historyTotalBytes: 1_600_000 });
    const all = Array.from({ length: 1_000 }, (_, index) => house.connect(`v${index}`));
    const outcome = house.layer.broadcast({ event: 'b' });
    await settled();
    const reached = all.find(({ socket }) => eventsOn(socket).length > 0);
    if (reached === undefined) throw new Error('Expected somebody to have been reached.');
    const resume = memoryOf(reached.socket);
    reached.socket.leave();
    for (const user of ['z1', 'z2', 'z3'])
      house.layer.publish(user, { event: 'x', data: 'x'.repeat(900_000) });
    const back = house.connect(reached.session.userId, { resume });
    expect(eventsOn(back.socket)).toEqual([]);
    await pass(house);
    expect(await outcome).toMatchObject({ users: 1_000 });
  });

  test('I4 I6 a codec that throws: whoever was not reached is told, and the next broadcast reaches all', async () => {
    let callsLeft = Number.POSITIVE_INFINITY;
    const codec: SessionCodec = {
      ...holdfastCodec,
      placeEvent: (offset, body) => {
        callsLeft -= 1;
        if (callsLeft < 0) throw new Error('as asked');
        return holdfastCodec.placeEvent(offset, body);
      },
    };
    const house = new House({}, { codec });
    house.layer.publish('b', { event: 'first' });
    const users = ['a', 'b', 'c'].map((user) => house.connect(user));
    callsLeft = 2;
    await expect(house.layer.broadcast({ event: 'one' })).rejects.toThrow('as asked');
    callsLeft = Number.POSITIVE_INFINITY;
    await broadcast(house, 'two');
    expect(users.map(({ socket }) => eventsOn(socket).at(-1))).toEqual(['two', 'two', 'two']);
    const [, second] = users;
    expect(framesOn(second?.socket ?? house.socket(), 'gap')).toMatchObject([
      { reason: 'broadcast' },
    ]);
  });

  test('I12 more than sixteen megabytes of broadcasts do not wait', async () => {
    const house = new House();
    house.connect('u');
    const data = 'x'.repeat(1024 * 1024 - 200);
    const all = Array.from({ length: 20 }, () => house.layer.broadcast({ event: 'b', data }));
    await pass(house);
    const outcomes = (await Promise.all(all)).map(({ outcome }) => outcome);
    expect(outcomes.slice(0, 16).every((outcome) => outcome === 'queued')).toBe(true);
    expect(outcomes.slice(16)).toEqual(['overflow', 'overflow', 'overflow', 'overflow']);
    expect((await house.layer.broadcast({ event: 'b' })).outcome).toBe('queued');
  });

  test('a socket given to a session that is being greeted on another one is a mistake that is told', async () => {
    const house = new House();
    for (let user = 0; user < 1_000; user += 1) house.connect(`v${user}`);
    const outcome = house.layer.broadcast({ event: 'b' });
    await settled();
    const admission = house.layer.open({ userId: 'zzz' });
    if (admission.outcome !== 'opened') throw new Error(`Expected to get in.`);
    const { session } = admission;
    const errors: unknown[] = [];
    house.layer.subscribe(({ type }) => {
      if (type !== 'published' || session.state !== 'opening') return;
      try {
        house.layer.attach(session, house.socket());
      } catch (error) {
        errors.push(error);
      }
    });
    const socket = house.socket();
    house.layer.attach(session, socket);
    expect(errors).toMatchObject([{ code: 'bad-state' }]);
    expect(framesOn(socket, 'ready')).toHaveLength(1);
    await pass(house);
    await outcome;
  });
});

describe('what is gone', () => {
  test('D5 I4 is told as expired where events have, though broadcasts were missed too', async () => {
    const house = new House({ resumeWindowMs: 60_000 });
    const { socket } = house.connect('u');
    house.layer.publish('u', { event: 'read' });
    const resume = memoryOf(socket);
    socket.leave();
    for (const event of ['one', 'two']) house.layer.publish('u', { event });
    house.connect('v');
    for (let number = 0; number < 5; number += 1) await broadcast(house, 'b');
    house.clock.advance(200_000);
    expect(readyOn(house.connect('u', { resume }).socket)).toMatchObject({
      resume: { outcome: 'gap', reason: 'expired' },
    });
  });

  test('I4 is counted, whatever the reason that is told', async () => {
    const house = new House({ historyEvents: 10 });
    for (let number = 0; number < 15; number += 1) house.layer.publish('u', { event: 'e' });
    house.connect('u', { resume: { epoch: 'another', offset: 3 } });
    const { socket } = house.connect('w');
    const resume = memoryOf(socket);
    socket.leave();
    await broadcast(house, 'b');
    house.connect('w', { resume });
    expect(house.told('lost')).toEqual([
      { type: 'lost', user: 'u', events: 5, reason: 'overflow' },
      { type: 'lost', user: 'w', events: 1, reason: 'broadcast' },
    ]);
  });

  test('I4 is nothing where the successor was not greeted yet', () => {
    const house = new House({ historyEvents: 10 });
    const { socket } = house.connect('u');
    for (let number = 0; number < 50; number += 1) house.layer.publish('u', { event: 'e' });
    const resume = memoryOf(socket);
    house.layer.open({ userId: 'u', resume });
    const back = house.connect('u', { resume: { ticket: resume.ticket } });
    expect(readyOn(back.socket)).toMatchObject({ offset: 50, resume: { outcome: 'lossless' } });
    expect([offsetsOn(back.socket), house.told('lost')]).toEqual([[], []]);
  });

  test('I5 I12 pins nothing: what is noted about an entry goes with it', () => {
    const notes = new LogNotes();
    const held = { bytes: new Uint8Array(1), length: 1, hold() {}, letGo() {} };
    const about = { onlyFor: null, eventId: null, shared: held as never, receipt: null };
    for (let offset = 1; offset <= 100; offset += 1) notes.append(offset, about);
    for (let offset = 1; offset <= 30; offset += 1) {
      notes.drop(offset, 'overflow');
      expect(notes.at(offset)).toBeNull();
    }
    expect(notes.at(31)).toBe(about);
  });

  test('I5 a log that ends while somebody hears of what is missing stays gone', async () => {
    const house = new House({
      historyBytes: 1024,
      historyTotalBytes: 5_000,
      resumeWindowMs: 60_000,
    });
    house.layer.publish('u', { event: 'e' });
    house.connect('v');
    await broadcast(house, 'b');
    house.layer.subscribe((event) => {
      if (event.type !== 'lost' || event.reason !== 'broadcast') return;
      house.layer.closeUser('u');
      for (let user = 0; user < 6; user += 1)
        house.layer.publish(`w${user}`, { event: 'd', data: 'y'.repeat(700) });
    });
    house.knock('u');
    house.layer.closeUser('v');
    house.clock.advance(400_000);
    expect(house.layer.gauges()).toMatchObject({ logs: 0, logBytes: 0 });
  });

  test('I5 a listener that publishes what is lost does not keep a shutdown from ending', async () => {
    const house = new House();
    house.layer.publish('u', { event: 'e' });
    let again = 0;
    house.layer.subscribe(({ type }) => {
      if (type !== 'lost') return;
      again += 1;
      if (again < 100) house.layer.publish('u', { event: 'again' });
    });
    const over = house.layer.shutdown();
    await pass(house);
    await over;
    expect(again).toBe(1);
  });
});

describe('who came back', () => {
  test('I2 is the newest, and not the oldest that gives way', () => {
    const house = new House({ maxSessionsPerUser: 3, onLimit: 'evict-oldest' });
    const [first, second] = house.fill('u', 3);
    house.clock.advance(1_000);
    const back = house.connect('u', { resume: memoryOf(first?.socket ?? house.socket()) });
    house.clock.advance(1_000);
    house.knock('u');
    house.clock.advance(500);
    expect(house.told('evicted')).toMatchObject([{ session: second?.session.id }]);
    expect(back.session.state).toBe('live');
  });

  test('I8 with the ticket of a user whose name only looks the same, in UTF-8 or in escapes, is nobody', () => {
    const house = new House();
    const { socket } = house.connect('\ud800');
    const { ticket } = memoryOf(socket);
    const alike = ['\ufffd', String.raw`"\ud800"`, String.raw`~"\ud800"`, '\ud801'];
    for (const name of alike) house.connect(name, { resume: { ticket } });
    const invalid = { type: 'ticketIgnored', why: 'invalid' };
    expect(house.told('ticketIgnored')).toMatchObject(alike.map((user) => ({ ...invalid, user })));
    house.connect('\ud800', { resume: { ticket } });
    expect(house.causes).toEqual(['superseded']);
  });

  test('D7 with a ticket that is none, and is refused, is counted all the same', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u');
    house.knock('u', { resume: { ticket: 'A'.repeat(40) } });
    house.clock.advance(1_500);
    expect(house.told('ticketIgnored')).toHaveLength(1);
  });

  test('I4 while a write failed has confirmed no more than was written', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const { session, socket } = house.connect('u');
    socket.send = () => {
      house.knock('u');
      return 'dropped';
    };
    house.layer.publish('u', { event: 'one' });
    socket.owner.ponged(session.pingMark);
    expect([session.cursor, session.acked]).toEqual([0, 0]);
  });
});
