import { describe, expect, test } from 'vitest';
import { eventsOn, House } from '../sessions/house.ts';
import { memoryOf, offsetsOn, readyOn } from './client.ts';

describe('a client that comes back with its ticket', () => {
  test('I1 I3 takes the place of its half-open session at the limit, at once, and nobody else is touched', () => {
    const house = new House({ maxSessionsPerUser: 3 });
    const [old, ...others] = house.fill('u', 3, { roundTripMs: null });
    if (old === undefined) throw new Error('Expected three sessions.');
    const counts: number[] = [];
    house.layer.subscribe(() => counts.push(house.layer.count('u')));
    const { session, socket } = house.connect('u', { resume: memoryOf(old.socket) });
    expect(readyOn(socket)).toMatchObject({ resume: { outcome: 'lossless' }, sessions: 3 });
    expect(old.socket.closes).toEqual([{ code: 4409, reason: '{"r":"superseded"}' }]);
    expect(house.causes).toEqual(['superseded']);
    expect(new Set(counts)).toEqual(new Set([3]));
    expect(others.map((other) => other.socket.isOpen)).toEqual([true, true]);
    expect(house.layer.sessionsOf('u')).toContain(session);
    expect(house.told('limitHit')).toEqual([]);
  });

  test('I7 late words of the old socket change nothing', () => {
    const house = new House();
    const old = house.connect('u');
    const { session } = house.connect('u', { resume: memoryOf(old.socket) });
    old.session.ending('close-frame', 1000);
    old.session.gone();
    old.socket.leave();
    expect(session.state).toBe('live');
    expect(house.layer.count('u')).toBe(1);
    expect(house.causes).toEqual(['superseded']);
  });

  test('I3 goes past those who wait, and a waiter is not let in by it', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    const old = house.connect('u', { roundTripMs: null });
    const waiting = house.knock('u');
    expect(waiting.outcome).toBe('waiting');
    house.connect('u', { resume: memoryOf(old.socket) });
    expect(house.layer.count('u')).toBe(1);
    expect(house.layer.waiting('u')).toBe(1);
  });

  test('I1 two sockets with one ticket: one session at any moment, the later has it, and no event is on both', () => {
    const house = new House();
    const first = house.connect('u');
    const memory = memoryOf(first.socket);
    const second = house.connect('u', { resume: memory });
    house.layer.publish('u', { event: 'one' });
    const third = house.connect('u', { resume: memoryOf(second.socket) });
    house.layer.publish('u', { event: 'two' });
    expect(house.layer.count('u')).toBe(1);
    expect([second, third].map(({ socket }) => eventsOn(socket))).toEqual([['one'], ['two']]);
  });

  test('the predecessor stays good until its successor is confirmed, and then is spent: ignored, counted, and nobody is ended', () => {
    const house = new House();
    const first = house.connect('u');
    const memory = memoryOf(first.socket);
    house.connect('u', { resume: memory, roundTripMs: null });
    const third = house.connect('u', { resume: memory });
    expect(house.layer.count('u')).toBe(1);
    house.clock.advance(10);
    const fourth = house.connect('u', { resume: memory });
    expect(house.layer.count('u')).toBe(2);
    expect([third, fourth].map(({ session }) => session.state)).toEqual(['live', 'live']);
    expect(house.told('ticketIgnored')).toEqual([
      { type: 'ticketIgnored', user: 'u', why: 'spent' },
    ]);
    expect(house.metrics.resumedByOutcome.get('ticket-spent')).toBe(1);
    house.connect('u', { resume: memoryOf(third.socket) });
    expect(house.layer.count('u')).toBe(2);
  });

  test.each([
    ['of another user', (ticket: string) => ticket, 'v'],
    ['that was altered', (ticket: string) => `7${ticket}`, 'u'],
    [
      'whose signature was altered',
      (ticket: string) => ticket.slice(0, -1) + (ticket.endsWith('A') ? 'B' : 'A'),
      'u',
    ],
    ['that is empty', () => '', 'u'],
    ['of 10 KB', () => 'A'.repeat(10_240), 'u'],
    ['of other characters', () => '\0ÿ€'.repeat(20), 'u'],
    ['of the right length that says nothing', () => '.'.repeat(40), 'u'],
  ])(
    'D7 I8 a ticket %s is ignored and counted, and changes nothing for its owner',
    (_what, altered, user) => {
      const house = new House();
      const owner = house.connect('u');
      const { ticket } = memoryOf(owner.socket);
      const { socket } = house.connect(user, { resume: { ticket: altered(ticket) } });
      expect(readyOn(socket)).toMatchObject({ user, resume: { outcome: 'new' } });
      expect(owner.session.state).toBe('live');
      expect(house.told('ticketIgnored')).toEqual([
        { type: 'ticketIgnored', user, why: 'invalid' },
      ]);
      expect(house.causes).toEqual([]);
    },
  );

  test('a ticket whose session is over serves its position, and its lineage goes on', () => {
    const house = new House();
    const first = house.connect('u');
    first.socket.leave();
    house.layer.publish('u', { event: 'for it alone' }, { session: first.session.id });
    house.layer.publish('u', { event: 'for all' });
    const other = house.connect('u');
    const second = house.connect('u', { resume: memoryOf(first.socket) });
    expect(readyOn(second.socket)).toMatchObject({ resume: { outcome: 'replayed', replayed: 2 } });
    expect(eventsOn(second.socket)).toEqual(['for it alone', 'for all']);
    expect(eventsOn(other.socket)).toEqual(['for all']);
    house.layer.publish('u', { event: 'again' }, { session: first.session.id });
    house.layer.publish('u', { event: 'and again' }, { session: second.session.id });
    expect(eventsOn(second.socket).slice(2)).toEqual(['again', 'and again']);
    expect(house.layer.find(second.session.id)).toBe(second.session);
  });

  test('a ticket alone reads on after what its client has said, or proven by a pong, to have', () => {
    const house = new House();
    const first = house.connect('u', { roundTripMs: 5 });
    house.layer.publish('u', { event: 'one' });
    first.socket.say({ type: 'ack', offset: 1 });
    house.layer.publish('u', { event: 'two' });
    const { ticket } = memoryOf(first.socket);
    const second = house.connect('u', { resume: { ticket } });
    expect(offsetsOn(second.socket)).toEqual([2]);
    house.clock.advance(20);
    const third = house.connect('u', { resume: { ticket: memoryOf(second.socket).ticket } });
    expect([readyOn(third.socket)['offset'], offsetsOn(third.socket)]).toEqual([2, []]);
  });

  test('I4 a pong tells nothing of what was written after its ping', () => {
    const house = new House({ pingIntervalMs: 10_000 });
    const { socket } = house.connect('u', { roundTripMs: 200 });
    house.layer.publish('u', { event: 'one' });
    while (socket.pings === 0) house.clock.advance(50);
    house.layer.publish('u', { event: 'two' });
    house.clock.advance(300);
    const { ticket } = memoryOf(socket);
    expect(offsetsOn(house.connect('u', { resume: { ticket } }).socket)).toEqual([2]);
  });

  test('FM-75 I4 its session was reaped for silence: what was written into the void comes again, once', () => {
    const house = new House();
    const { socket } = house.connect('u', { roundTripMs: null });
    const memory = memoryOf(socket);
    house.clock.advance(30_000);
    for (const event of ['a', 'b', 'c', 'd']) house.layer.publish('u', { event });
    house.clock.advance(20_000);
    expect(house.causes).toEqual(['no-pong']);
    const back = house.connect('u', { resume: memory });
    expect(eventsOn(back.socket)).toEqual(['a', 'b', 'c', 'd']);
    expect(house.told('lost')).toEqual([]);
  });

  test('A7 whose session is closed by a listener while it comes back leaves no ghost', () => {
    const house = new House();
    const { socket } = house.connect('u');
    house.layer.subscribe(({ type }) => {
      if (type === 'closed') house.layer.closeUser('u');
    });
    const { outcome } = house.knock('u', { resume: memoryOf(socket) });
    expect(outcome).toBe('left');
    expect(house.layer.count('u')).toBe(0);
    expect(house.causes).toEqual(['superseded', 'admin']);
  });

  test('A12 comes back also where the limit has been lowered below what the user has', () => {
    const house = new House();
    const sessions = house.fill('u', 5);
    house.layer.setLimit('u', 3);
    const memory = memoryOf(sessions[4]?.socket ?? house.socket());
    expect(house.knock('u', { resume: memory }).outcome).toBe('opened');
    expect(house.layer.count('u')).toBe(5);
  });

  test('I1 whose place another has taken while both waited takes it over', async () => {
    const house = new House({ maxSessionsPerUser: 2 });
    const first = house.connect('u');
    const memory = memoryOf(first.socket);
    first.socket.leave();
    const ghosts = house.fill('u', 2, { roundTripMs: null });
    const [one, two] = [house.knock('u', { resume: memory }), house.knock('u', { resume: memory })];
    expect([one.outcome, two.outcome]).toEqual(['waiting', 'waiting']);
    for (const { session } of ghosts) house.layer.close(session.id);
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect([one.outcome, two.outcome]).toEqual(['opened', 'opened']);
    expect(house.layer.count('u')).toBe(1);
    expect(one.socket.closes).toEqual([{ code: 4409, reason: '{"r":"superseded"}' }]);
  });

  test.each([
    [{ offset: -1, epoch: 'n' }, 'offset'],
    [{ offset: Number.NaN, epoch: 'n' }, 'offset'],
    [{ offset: 2 ** 53, epoch: 'n' }, 'offset'],
    [{ offset: 0, epoch: 5 as unknown as string }, 'epoch'],
    [{ ticket: {} as unknown as string }, 'ticket'],
  ])('a mistake of the caller is told: %j', (resume, name) => {
    const house = new House();
    expect(() => house.layer.open({ userId: 'u', resume })).toThrow(
      `Expected \`${name}\` of resume`,
    );
    expect(house.layer.count('u')).toBe(0);
  });
});
