import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { House, settled } from './house.ts';

const observed = { stance: 'observe' } as const;
/** Longer than a newcomer is tried. */
const trialMs = 1_100;

describe('a user who is only observed', () => {
  test('I1 gets in over the limit, at once, and is counted as one who would have been refused', () => {
    const house = new House();
    house.fill('u', 5, observed);
    const { session } = house.connect('u', observed);
    expect(house.layer.count('u')).toBe(6);
    expect(house.told('wouldHaveRefused')).toEqual([]);
    house.clock.advance(trialMs);
    expect(house.told('wouldHaveRefused')).toEqual([
      {
        type: 'wouldHaveRefused',
        session: session.id,
        user: 'u',
        reason: 'user-limit',
        limit: 5,
        live: 5,
      },
    ]);
    expect(house.causes).toEqual([]);
    expect(house.stats.resource_limit_hits).toBe(0);
    expect(house.metrics.wouldRefuseByReason.get('user-limit')).toBe(1);
  });

  test('keeps the excess out of the count for the next newcomer: a slot that is given back is free for it', () => {
    const house = new House();
    const [first] = house.fill('u', 5, observed);
    house.connect('u', observed);
    house.clock.advance(trialMs);
    first?.socket.leave();
    house.connect('u', observed);
    house.clock.advance(trialMs);
    expect(house.layer.count('u')).toBe(6);
    expect(house.told('wouldHaveRefused')).toHaveLength(1);
  });

  test('would have got in where one of those in its way proves dead while it would have waited', () => {
    const house = new House();
    const ghosts = house.fill('u', 1, { ...observed, roundTripMs: null });
    house.fill('u', 4, observed);
    house.connect('u', observed);
    house.clock.advance(trialMs);
    expect(house.told('wouldHaveRefused')).toEqual([]);
    expect(house.told('wouldHaveReaped').map(({ session }) => session)).toEqual([
      ghosts[0]?.session.id,
    ]);
    expect(house.layer.count('u')).toBe(6);
  });

  test('I2 I3 keeps a session whose ping is unanswered, and tells once what would have become of it', () => {
    const house = new House({ cleanupIntervalMs: 30_000 });
    const ghost = house.connect('u', { ...observed, roundTripMs: null });
    house.clock.advance(10 * 60_000);
    expect(house.causes).toEqual([]);
    expect(ghost.session.state).toBe('live');
    expect(house.told('wouldHaveReaped')).toEqual([
      { type: 'wouldHaveReaped', session: ghost.session.id, user: 'u', cause: 'no-pong' },
    ]);
    expect(house.metrics.wouldReapByCause.get('no-pong')).toBe(1);
    expect(house.layer.reapUser('u')).toEqual({ reaped: [], kept: 1, failed: [] });
  });

  test('is counted again only when the session was heard in between', () => {
    const house = new House();
    const ghost = house.connect('u', { ...observed, roundTripMs: null });
    house.clock.advance(60_000);
    ghost.socket.say({ type: 'ping' });
    expect(house.layer.find(ghost.session.id)).toBe(ghost.session);
    house.clock.advance(60_000);
    expect(house.told('wouldHaveReaped')).toHaveLength(2);
  });

  test('FM-01 frees the slot of a closed socket as always: that is fact', () => {
    const house = new House();
    const [one, two] = house.fill('u', 7, observed);
    one?.socket.leave();
    two?.socket.drop();
    expect(house.layer.count('u')).toBe(5);
    house.layer.open({ userId: 'u', ...observed });
    house.clock.advance(20_000);
    expect(house.causes.toSorted()).toEqual(['client-close', 'connection-lost', 'open-timeout']);
  });

  test('I5 leaves nothing behind, also when it goes while it is tried', async () => {
    const house = new House();
    const timers = house.clock.timerCount;
    const all = house.fill('u', 6, observed);
    for (const { socket } of all) socket.leave();
    expect(house.clock.timerCount).toBe(timers);
    await house.layer.shutdown();
    house.clock.advance(200_000);
    expect(house.told('wouldHaveRefused')).toEqual([]);
    expect(house.clock.timerCount).toBe(0);
  });

  test('I12 is tried at most as often at once as could have waited', () => {
    const house = new House({ maxSessionsPerUser: 2 });
    house.fill('u', 5, observed);
    expect(house.told('wouldHaveRefused').map(({ reason }) => reason)).toEqual(['rate']);
    house.clock.advance(trialMs);
    expect(house.told('wouldHaveRefused')).toHaveLength(3);
  });

  test('I8 bears on nobody else', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.fill('watched', 3, observed);
    house.connect('held');
    expect(house.knock('held').outcome).toBe('waiting');
  });
});

describe('enforcement', () => {
  test('A12 of somebody who was observed kills nobody: the excess stays, newcomers are held to the limit', async () => {
    const house = new House();
    const before = house.fill('u', 7, observed);
    const knock = house.knock('u');
    house.clock.advance(trialMs);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.causes).toEqual([]);
    for (const { socket } of before.slice(0, 3)) socket.leave();
    house.connect('u');
    expect(house.layer.count('u')).toBe(5);
  });

  test('goes by the newest connection of the user, for the older ones too', () => {
    const house = new House();
    house.connect('u', { ...observed, roundTripMs: null });
    house.clock.advance(60_000);
    expect(house.causes).toEqual([]);
    house.connect('u');
    house.clock.advance(60_000);
    expect(house.causes).toEqual(['no-pong']);
  });

  test('for everyone overrules the word of each; for nobody, too, and lets in who waits', async () => {
    const house = new House();
    house.fill('u', 5);
    const knock = house.knock('u');
    expect(knock.outcome).toBe('waiting');
    house.layer.setEnforcement({ on: 'nobody', interimLimit: null });
    await settled();
    expect(knock.outcome).toBe('opened');
    house.fill('u', 3);
    house.layer.setEnforcement({ on: 'everyone', interimLimit: null });
    const late = house.knock('u', observed);
    house.clock.advance(trialMs);
    await settled();
    expect(late.outcome).toBe('refused');
    expect(house.layer.count('u')).toBe(9);
  });

  test('I1 I3 at the interim limit is what it always is: the dead yield, the living stay, the rest is refused', async () => {
    const house = new House();
    house.layer.setEnforcement({ on: 'nobody', interimLimit: 8 });
    house.fill('u', 7);
    const ghost = house.connect('u', { roundTripMs: null });
    const sixth = house.knock('u');
    house.clock.advance(trialMs);
    await settled();
    expect([sixth.outcome, ghost.session.state]).toEqual(['opened', 'closed']);
    const knock = house.knock('u');
    house.clock.advance(trialMs);
    await settled();
    expect(knock.outcome).toBe('refused');
    expect(house.told('refused')[0]).toMatchObject({ reason: 'user-limit', limit: 8, live: 8 });
  });

  test('an interim limit never lowers what a user has by right', () => {
    const house = new House();
    house.layer.setEnforcement({ on: 'nobody', interimLimit: 2 });
    house.fill('u', 5);
    expect(house.knock('u').outcome).toBe('waiting');
  });

  test('an order that is none is refused', () => {
    const { layer } = new House();
    const orders = [
      { on: 'some', interimLimit: null },
      { on: 'nobody', interimLimit: 0 },
    ] as never[];
    for (const order of orders) expect(() => layer.setEnforcement(order)).toThrow(UsageError);
  });
});

describe('under re-entrancy', () => {
  test('I7 a listener that ends the session it hears of, or opens more, leaves the account right', () => {
    const house = new House({ maxSessionsPerUser: 2 });
    let more = 3;
    const react = (event: SessionEvent): void => {
      if (event.type === 'wouldHaveRefused') house.layer.close(event.session);
      if (event.type !== 'wouldHaveReaped' || more === 0) return;
      more -= 1;
      house.layer.open({ userId: 'u', socket: new FakeSocket(house.clock), ...observed });
    };
    house.layer.subscribe(react);
    house.fill('u', 2, { ...observed, roundTripMs: null });
    house.clock.advance(60_000);
    for (let come = 0; come < 4; come += 1) house.knock('u', observed);
    house.clock.advance(60_000);
    expect(house.layer.count('u')).toBe(house.layer.sessionsOf('u').length);
    expect(house.faultsOf('listener')).toBe(0);
    house.layer.closeUser('u');
    expect(house.layer.count('u')).toBe(0);
  });

  test('I2 whoever is heard while the one before it is told of would not have been reaped', () => {
    const house = new House({ maxSessionsPerUser: 2 });
    const [, other] = house.fill('u', 2, { ...observed, roundTripMs: null });
    house.layer.subscribe(({ type }) => {
      if (type === 'wouldHaveReaped') other?.socket.say({ type: 'message', data: 1 });
    });
    house.connect('u', observed);
    house.clock.advance(trialMs);
    expect(house.told('wouldHaveReaped')).toHaveLength(1);
  });

  test('whoever is ended while it is tried is not said to have been refused', () => {
    const house = new House();
    house.fill('u', 4, observed);
    house.connect('u', { ...observed, roundTripMs: null });
    house.layer.setLimit('u', 1);
    const { session } = house.connect('u', observed);
    house.layer.subscribe((event) => {
      if (event.type === 'wouldHaveReaped') house.layer.close(session.id);
    });
    house.clock.advance(trialMs);
    expect(house.told('wouldHaveReaped')).toHaveLength(1);
    expect(house.told('wouldHaveRefused')).toEqual([]);
  });

  test('a listener that is told of the opening and ends it leaves nothing to be tried', () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u', observed);
    house.layer.subscribe((event) => {
      if (event.type === 'opened') house.layer.close(event.session);
    });
    expect(house.knock('u', observed).outcome).toBe('left');
    house.clock.advance(trialMs);
    expect(house.told('wouldHaveRefused')).toEqual([]);
  });
});

type Act = 'open' | 'openObserved' | 'close' | 'wait' | 'nobody' | 'named' | 'everyone' | 'interim';
const acts: readonly Act[] = [
  'open',
  'openObserved',
  'close',
  'wait',
  'nobody',
  'named',
  'everyone',
  'interim',
];

test('I1 whatever is ordered in between: no newcomer raises the count above the limit in force for it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 60, size: 'max' }), (plan) => {
      const house = new House({ maxSessionsPerUser: 2 });
      let order = { on: 'named', interimLimit: null as number | null };
      const set = (
        on: 'everyone' | 'named' | 'nobody',
        interimLimit: number | null = null,
      ): void => {
        order = { on, interimLimit };
        house.layer.setEnforcement({ on, interimLimit });
      };
      const boundOf = (stance: string): number => {
        if (order.on === 'everyone' || (order.on === 'named' && stance === 'enforce')) return 2;
        return order.interimLimit ?? Number.POSITIVE_INFINITY;
      };
      house.layer.subscribe((event) => {
        if (event.type !== 'opened') return;
        const stance = house.layer.find(event.session)?.stance ?? '';
        expect(house.layer.count('u')).toBeLessThanOrEqual(boundOf(stance));
      });
      for (const act of plan) {
        if (act === 'open') house.knock('u');
        else if (act === 'openObserved') house.knock('u', observed);
        else if (act === 'close') house.layer.close(house.layer.sessionsOf('u')[0]?.id ?? '');
        else if (act === 'wait') house.clock.advance(400);
        else if (act === 'interim') set('nobody', 4);
        else set(act);
        expect(house.causes.filter((cause) => cause !== 'released')).toEqual([]);
      }
      house.clock.advance(trialMs);
      expect(house.faultsOf('listener')).toBe(0);
    }),
  );
});
