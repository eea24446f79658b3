import { describe, expect, test } from 'vitest';
import { askMs } from '../../src/sessions/inquiry.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { House, settled } from '../sessions/house.ts';
import { AskedHouse, askedOn, takeOver, wordsOn } from './asked-house.ts';

/** A socket of an engine that has no pings. */
class PinglessSocket extends FakeSocket {
  override readonly canPing: boolean = false;
}

describe('a newcomer over sessions that are all alive', () => {
  test('I3 I8 is asked, before ready, which of the sessions of its own user is to end', () => {
    const house = new House({ onLimit: 'ask', maxSessionsPerUser: 2 });
    house.connect('v', { device: "another's" });
    house.connect('u', { device: 'laptop' });
    house.clock.advance(3_000);
    const silent = house.connect('u');
    house.clock.advance(1_000);
    silent.socket.isFrozen = false;
    const { socket } = house.knock('u');
    expect(socket.written).toEqual([]);
    house.clock.advance(1);
    const [first, second] = house.layer.sessionsOf('u').map((one) => house.layer.view(one));
    expect(socket.frames).toEqual([
      {
        type: 'limit',
        limit: 2,
        sessions: [
          { session: first?.id, device: 'laptop', openedAt: first?.openedAt, lastSeenMs: 0 },
          { session: second?.id, device: null, openedAt: second?.openedAt, lastSeenMs: 0 },
        ],
        expiresIn: 30_000,
      },
    ]);
    expect((second?.openedAt ?? 0) - (first?.openedAt ?? 0)).toBe(3_000);
    expect(house.told('asked')).toEqual([{ type: 'asked', user: 'u', limit: 2, live: 2 }]);
  });

  test('is not asked while somebody has not proven to be alive: the rules of waiting come first', async () => {
    const house = new AskedHouse();
    house.living[0]!.socket.isFrozen = true;
    const knock = house.knock('u');
    house.clock.advance(900);
    expect(knock.socket.written).toEqual([]);
    house.clock.advance(250);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(wordsOn(knock.socket)).toEqual(['ready']);
    expect(house.causes).toEqual(['no-pong']);
  });

  test('is refused with a time to come back where the probe ends with somebody unproven', async () => {
    const house = new AskedHouse({ openTimeoutMs: 60_000, maxSessionsPerUser: 1 });
    house.layer.setLimit('u', 2);
    house.layer.open({ userId: 'u' });
    const knock = house.knock('u');
    house.clock.advance(1_150);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.told('refused')[0]!.retryAfterMs).toBeGreaterThan(50_000);
    expect(knock.socket.written).toEqual([]);
    expect(house.told('asked')).toEqual([]);
  });

  test('is asked when the probe is over where an engine cannot ping, so that nobody will ever know more', async () => {
    const house = new House({ onLimit: 'ask', maxSessionsPerUser: 1 });
    const silent = house.connect('u', { socket: new PinglessSocket(house.clock) });
    house.clock.advance(1_000);
    const knock = house.knock('u');
    house.clock.advance(900);
    expect(knock.socket.written).toEqual([]);
    house.clock.advance(250);
    expect(wordsOn(knock.socket)).toEqual(['limit']);
    house.clock.advance(5_000);
    takeOver(knock.socket, silent.session.id);
    await settled();
    expect([knock.outcome, house.causes]).toEqual(['opened', ['taken-over']]);
  });

  test('holds no slot, is counted as one who waits, and is refused for good after 30 s', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    expect([house.layer.count('u'), house.layer.waiting('u')]).toEqual([2, 1]);
    expect(house.layer.gauges().waiting).toBe(1);
    house.clock.advance(askMs - 60);
    expect(house.layer.waiting('u')).toBe(1);
    house.clock.advance(200);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(knock.socket.closes).toEqual([{ code: 4429, reason: '{"r":"user-limit"}' }]);
    expect(house.told('refused')[0]!.waitedMs).toBeGreaterThanOrEqual(askMs);
    expect([house.ends, house.causes]).toEqual([['expired'], []]);
    expect(house.metrics.limitHitsByAction).toEqual(
      new Map([
        ['hit', 1],
        ['asked', 1],
        ['denied', 1],
      ]),
    );
  });

  test('I11 has its 30 s by the fair clock: a standstill of the process takes nothing from them', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.clock.advance(10_000);
    house.clock.stall(120_000);
    house.clock.advance(19_000);
    await settled();
    expect(knock.outcome).toBe('waiting');
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(knock.outcome).toBe('opened');
  });

  test('I12 may be as many at once as there are slots; the one beyond is told when to come back', async () => {
    const house = new AskedHouse();
    const [first, second, third] = [house.come(), house.come(), house.come()];
    await settled();
    expect([first, second, third].map(({ outcome }) => outcome)).toEqual([
      'waiting',
      'waiting',
      'refused',
    ]);
    expect(house.told('refused')).toMatchObject([{ reason: 'rate', retryAfterMs: 1_000 }]);
    expect(house.told('asked')).toHaveLength(2);
    first.socket.leave();
    expect(house.layer.waiting('u')).toBe(1);
    expect(house.come().outcome).toBe('waiting');
    expect(house.ends).toEqual(['left']);
  });

  test('leaves no place behind when its caller gives up', async () => {
    const house = new AskedHouse();
    const { admission, socket } = house.come();
    if (admission.outcome !== 'waiting') throw new Error('expected to wait');
    admission.withdraw();
    expect(await admission.settled).toEqual({ outcome: 'left' });
    expect(socket.closes).toEqual([{ code: 1000, reason: '' }]);
    expect([house.layer.waiting('u'), house.ends]).toEqual([0, ['left']]);
  });

  test('I5 leaves nothing behind', async () => {
    const house = new AskedHouse();
    for (const { socket } of [house.come(), house.come()]) takeOver(socket, 'none');
    house.layer.closeUser('u');
    await settled();
    house.layer.closeUser('u');
    house.clock.advance(400_000);
    const { sweep: _sweep, ...left } = house.layer.gauges();
    expect(Object.values(left).every((value) => value === 0)).toBe(true);
    expect(house.clock.timerCount).toBe(1);
  });
});

describe('a slot that becomes free while somebody is asked', () => {
  test('I3 goes to whoever came first, asked or not, in the same tick', async () => {
    const house = new AskedHouse();
    const asked = house.come();
    const waiting = house.knock('u');
    house.layer.close(house.idOf(0));
    expect(wordsOn(asked.socket)).toEqual(['limit', 'ready']);
    house.layer.close(house.idOf(1));
    expect(wordsOn(waiting.socket)).toEqual(['ready']);
    await settled();
    expect([asked.outcome, waiting.outcome]).toEqual(['opened', 'opened']);
    expect(house.ends).toEqual(['slot-free']);
  });

  test('I3 is that of a session found dead meanwhile, within the probe timeout of its first unanswered ping', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.living[1]!.socket.isFrozen = true;
    house.clock.advance(5_000 + 1_000 + 1_000 + 100);
    await settled();
    expect(knock.outcome).toBe('opened');
    expect([house.causes, house.ends]).toEqual([['no-pong'], ['slot-free']]);
  });

  test('I3 is that of a reservation whose opening deadline passes', async () => {
    const house = new AskedHouse({ openTimeoutMs: 5_000 });
    const knock = house.come();
    house.layer.setLimit('u', 3);
    expect(wordsOn(knock.socket)).toEqual(['limit', 'ready']);
    house.layer.setLimit('u', 4);
    house.layer.open({ userId: 'u' });
    house.living[0]!.socket.say({ type: 'ping' });
    const next = house.knock('u');
    house.clock.advance(6_000);
    await settled();
    expect(house.causes).toEqual(['open-timeout']);
    expect([next.outcome, house.told('refused').length]).toEqual(['refused', 1]);
  });

  test('A12 comes with a limit that is raised, and none with one that is lowered', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.layer.setLimit('u', 1);
    house.layer.close(house.idOf(0));
    expect(wordsOn(knock.socket)).toEqual(['limit']);
    house.layer.setLimit('u', 2);
    expect(wordsOn(knock.socket)).toEqual(['limit', 'ready']);
    await settled();
    expect(house.layer.count('u')).toBe(2);
  });

  test('is none where a client comes back with its ticket: its old session gives way, and nobody else', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    const [first] = house.living;
    const { ticket } = first!.socket.frames[0] as { ticket: string };
    const back = house.connect('u', { resume: { ticket } });
    expect([house.causes, knock.outcome]).toEqual([['superseded'], 'waiting']);
    takeOver(knock.socket, first!.session.id);
    expect(wordsOn(knock.socket)).toEqual(['limit', 'unknown-session', 'limit']);
    expect(askedOn(knock.socket).sessions.map(({ session }) => session)).toContain(back.session.id);
  });
});
