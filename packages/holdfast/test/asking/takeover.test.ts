import { describe, expect, test } from 'vitest';
import { closeCauses } from '../../src/protocol/close-causes.ts';
import { eventsOn, settled } from '../sessions/house.ts';
import { AskedHouse, askedOn, takeOver, wordsOn } from './asked-house.ts';

describe('a takeover', () => {
  test('I1 I2 ends the session that was chosen and no other, and gives its slot to the one who chose', async () => {
    const house = new AskedHouse({ maxSessionsPerUser: 5 });
    const counts: number[] = [];
    house.layer.subscribe(() => counts.push(house.layer.count('u')));
    const { socket, ...knock } = house.come({ device: 'phone' });
    takeOver(socket, house.idOf(1));
    expect(wordsOn(socket)).toEqual(['limit', 'ready']);
    expect(socket.frames[1]).toMatchObject({ limit: 5, sessions: 5, resume: { outcome: 'new' } });
    expect(house.living.map(({ session }) => session.state)).toEqual([
      'live',
      'closed',
      'live',
      'live',
      'live',
    ]);
    expect(house.living[1]!.socket.closes).toEqual([{ code: 4409, reason: '{"r":"evicted"}' }]);
    expect(closeCauses['taken-over'].client).toBe('stop');
    expect(new Set(counts)).toEqual(new Set([5]));
    expect(house.layer.sessionsOf('u').at(-1)?.device).toBe('phone');
    expect(knock.outcome).toBe('waiting');
    await settled();
    expect(house.layer.waiting('u')).toBe(0);
  });

  test('is told and counted as what it is', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.events.length = 0;
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(house.events.map(({ type }) => type).filter((type) => type !== 'attached')).toEqual([
      'closed',
      'evicted',
      'opened',
      'askingEnded',
    ]);
    expect(house.told('closed')).toMatchObject([{ cause: 'taken-over', session: house.idOf(0) }]);
    expect(house.told('evicted')).toMatchObject([{ policy: 'ask', session: house.idOf(0) }]);
    expect(house.told('askingEnded')).toEqual([
      { type: 'askingEnded', user: 'u', how: 'took-over', session: house.idOf(0) },
    ]);
    const { metrics } = house;
    expect(metrics.evictionsByPolicy).toEqual(new Map([['ask', 1]]));
    expect(metrics.limitHitsByAction.get('taken-over')).toBe(1);
    expect(metrics.pressureReaps).toEqual({ triggered: 1, successful: 0, failed: 0 });
    expect(metrics.cleaned).toBe(1);
  });

  test('goes past whoever came before: who chose gets what was ended for it', async () => {
    const house = new AskedHouse();
    const [first, second] = [house.come(), house.come()];
    takeOver(second.socket, house.idOf(0));
    await settled();
    expect([first.outcome, second.outcome]).toEqual(['waiting', 'opened']);
    takeOver(first.socket, second.socket.frames[1]?.['session'] as string);
    await settled();
    expect(first.outcome).toBe('opened');
    expect(house.causes).toEqual(['taken-over', 'taken-over']);
    expect(house.living[1]!.session.state).toBe('live');
  });

  test('I3 ends nobody alive where somebody turns out to be dead', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.living[1]!.socket.claimed = 'closed';
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(knock.outcome).toBe('opened');
    expect([house.causes, house.ends]).toEqual([['transport-closed'], ['slot-free']]);
    expect(house.living[0]!.session.state).toBe('live');
  });

  test('I8 G15 of a session that is over, of another user, or of nobody is answered alike, with what is true now', () => {
    const house = new AskedHouse({ maxSessionsPerUser: 3 });
    const other = house.connect('v');
    const knock = house.come();
    const over = house.idOf(0);
    house.living[1]!.socket.say({ type: 'ping' });
    house.layer.setLimit('u', 2);
    house.layer.close(over);
    house.layer.setLimit('u', 3 - 1);
    const answers = [over, other.session.id, 'nobody', '', `${house.idOf(1)}.1`].map((id) => {
      knock.socket.written.length = 0;
      takeOver(knock.socket, id);
      return knock.socket.written.join();
    });
    expect(new Set(answers).size).toBe(1);
    expect(wordsOn(knock.socket)).toEqual(['unknown-session', 'limit']);
    expect(askedOn(knock.socket).sessions.map(({ session }) => session)).toEqual([
      house.idOf(1),
      house.idOf(2),
    ]);
    expect([other.session.state, house.layer.count('u')]).toEqual(['live', 2]);
  });

  test('that was wrong may be put right, within the time that is left', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.clock.advance(10_000);
    takeOver(knock.socket, 'none');
    expect(askedOn(knock.socket).expiresIn).toBeLessThanOrEqual(20_000);
    expect(askedOn(knock.socket).expiresIn).toBeGreaterThan(19_900);
    takeOver(knock.socket, house.idOf(1));
    await settled();
    expect(knock.outcome).toBe('opened');
    expect(house.told('asked')).toHaveLength(1);
  });

  test('A12 ends nobody where the limit was lowered meanwhile so that it would not let anybody in', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    house.layer.setLimit('u', 1);
    takeOver(knock.socket, house.idOf(0));
    expect(wordsOn(knock.socket)).toEqual(['limit', 'no-room', 'limit']);
    expect(askedOn(knock.socket).limit).toBe(1);
    expect(house.causes).toEqual([]);
    house.layer.setLimit('u', 2);
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(knock.outcome).toBe('opened');
  });

  test('I2 ends nobody for a newcomer whose connection is closed', async () => {
    const house = new AskedHouse();
    const knock = house.come();
    knock.socket.claimed = 'closed';
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect([knock.outcome, house.causes]).toEqual(['left', []]);
  });

  test('I2 by one whose client is back by its ticket meanwhile takes that place, and nobody elses', async () => {
    const house = new AskedHouse();
    const { ticket } = house.living[0]!.socket.frames[0] as { ticket: string };
    house.living[0]!.socket.leave();
    const [chosen] = house.fill('u', 1);
    house.clock.advance(1_000);
    const [first, second] = [
      house.come({ resume: { ticket } }),
      house.come({ resume: { ticket } }),
    ];
    takeOver(second.socket, chosen!.session.id);
    takeOver(first.socket, house.idOf(1));
    await settled();
    expect([first.outcome, second.outcome]).toEqual(['opened', 'opened']);
    expect(house.causes).toEqual(['client-close', 'taken-over', 'superseded']);
    expect(house.living[1]!.session.state).toBe('live');
    expect([house.ends, house.layer.count('u')]).toEqual([['took-over', 'slot-free'], 2]);
  });

  test('I4 takes nothing of what was meant for the session that ended', () => {
    const house = new AskedHouse();
    const knock = house.come();
    const ended = house.idOf(0);
    house.layer.publish('u', { event: 'before' });
    takeOver(knock.socket, ended);
    house.layer.publish('u', { event: 'for one' }, { session: house.idOf(1) });
    house.layer.publish('u', { event: 'after' });
    expect(eventsOn(knock.socket)).toEqual(['after']);
  });

  test('of a slot that is only reserved ends the reservation', async () => {
    const house = new AskedHouse();
    house.layer.setLimit('u', 3);
    const reserved = house.layer.open({ userId: 'u' });
    if (reserved.outcome !== 'opened') throw new Error('expected a slot');
    house.layer.attach(reserved.session, house.socket());
    house.clock.advance(1_000);
    const knock = house.come();
    takeOver(knock.socket, reserved.session.id);
    await settled();
    expect([knock.outcome, reserved.session.state]).toEqual(['opened', 'closed']);
  });
});

function houseWithGuests(): { readonly house: AskedHouse; readonly banned: Set<unknown> } {
  const banned = new Set<unknown>();
  const isWelcome = (extra: unknown): boolean => !banned.has(extra);
  return { house: new AskedHouse({ probeTimeoutMs: 5_000 }, { isWelcome }), banned };
}

describe('whoever is not welcome any more', () => {
  test('I2 ends no session, and is turned away as one without a right', async () => {
    const { house, banned } = houseWithGuests();
    const knock = house.come({ extra: 'token' });
    banned.add('token');
    takeOver(knock.socket, house.idOf(0));
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(knock.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
    expect([house.ends, house.causes]).toEqual([['turned-away'], []]);
  });

  test('is turned away at once where the application says so', async () => {
    const house = new AskedHouse();
    const [lost, other] = [house.come({ extra: 'lost' }), house.come({ extra: 'other' })];
    expect(house.layer.turnAwayWaiting('u', (extra) => extra === 'lost')).toBe(1);
    await settled();
    expect([lost.outcome, other.outcome]).toEqual(['refused', 'waiting']);
    expect(lost.socket.closes).toEqual([{ code: 4401, reason: '{"r":"unauthorized"}' }]);
    expect(house.ends).toEqual(['turned-away']);
  });

  test('is not asked, nor is anybody evicted for it', async () => {
    for (const onLimit of ['ask', 'evict-oldest'] as const) {
      const house = new AskedHouse({ onLimit }, { isWelcome: () => false });
      const knock = house.come();
      await settled();
      expect([knock.outcome, house.causes]).toEqual(['refused', []]);
      expect(knock.socket.written).toEqual([]);
    }
  });

  test('I6 nobody is, while the application cannot tell', async () => {
    const house = new AskedHouse(
      {},
      {
        isWelcome: () => {
          throw new Error('as asked');
        },
      },
    );
    const knock = house.come();
    await settled();
    expect([knock.outcome, house.faultsOf('application')]).toEqual(['refused', 1]);
  });
});
