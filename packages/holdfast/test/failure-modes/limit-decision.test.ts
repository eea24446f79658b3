import { describe, expect, test } from 'vitest';
import { framesOn, House, settled } from '../sessions/house.ts';

describe('the decision about the limit', () => {
  test('FM-16 lets the sixth in at once when five transports are closed, without a word of it having come', () => {
    const house = new House();
    const ghosts = house.fill('u', 5);
    for (const { socket } of ghosts) socket.claimed = 'closed';
    house.clock.advance(1);
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.causes).toEqual(Array.from({ length: 5 }, () => 'transport-closed'));
    expect(house.layer.count('u')).toBe(1);
  });

  test('FM-16 takes only the closed ones for dead', () => {
    const house = new House();
    const five = house.fill('u', 5);
    five[2]!.socket.claimed = 'closed';
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.told('closed').map(({ session }) => session)).toEqual([five[2]!.session.id]);
  });

  test.each([1, 2, 5, 20])(
    'FM-17 I3 behaves the same at a limit of %i: all late, the next gets in',
    (limit) => {
      const house = new House({ maxSessionsPerUser: limit });
      const ghosts = house.fill('u', limit);
      for (const { socket } of ghosts) socket.isFrozen = true;
      house.clock.advance(5_000 + 1_100);
      expect(house.layer.count('u')).toBe(limit);
      expect(house.knock('u').outcome).toBe('opened');
      expect(house.causes).toEqual(Array.from({ length: limit }, () => 'no-pong'));
    },
  );

  test('FM-18 gives one answer to whoever asks for the limit, also when it changes at run time', async () => {
    const house = new House({ maxSessionsPerUser: 5 });
    const limits = (user: string): unknown[] => {
      const { socket } = house.connect(user);
      const told = framesOn(socket, 'ready')[0]!['limit'];
      socket.leave();
      return [told, house.layer.limitOf(user)];
    };
    expect(limits('u')).toEqual([5, 5]);
    expect(house.layer.settings.maxSessionsPerUser).toBe(5);
    house.layer.setLimit('u', 2);
    expect(limits('u')).toEqual([2, 2]);
    house.fill('u', 2);
    const late = house.knock('u');
    house.clock.advance(50);
    await settled();
    expect(late.outcome).toBe('refused');
    expect(house.told('refused')[0]).toMatchObject({ limit: 2 });
    expect(house.told('limitSet')).toEqual([{ type: 'limitSet', user: 'u', limit: 2 }]);
    expect(limits('v')).toEqual([5, 5]);
    house.layer.setLimit('u', null);
    expect(house.layer.limitOf('u')).toBe(5);
  });

  test('FM-20 I1 lets in exactly one of fifty in the same tick, with slow steps before and within', async () => {
    const house = new House({}, { hooks: { onSession: () => Promise.resolve() } });
    house.fill('u', 4);
    await house.clock.settle(1_500);
    let most = 0;
    house.layer.subscribe(() => {
      most = Math.max(most, house.layer.count('u'));
    });
    const attempts = Array.from({ length: 50 }, async () => {
      await settled();
      return house.layer.admit({ userId: 'u', socket: house.socket() });
    });
    await settled();
    await house.clock.settle(1_200);
    const outcomes = (await Promise.all(attempts)).map(({ outcome }) => outcome);
    expect(outcomes.filter((outcome) => outcome === 'opened')).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === 'refused')).toHaveLength(49);
    expect(most).toBe(5);
  });

  test('FM-21 I8 counts users by their whole name', () => {
    const house = new House();
    house.fill('12', 5);
    expect(house.layer.count('1')).toBe(0);
    house.connect('1');
    expect(house.layer.count('1')).toBe(1);
  });

  test('FM-22 opens nothing without an identity', () => {
    const house = new House();
    for (const userId of [undefined, null, '', 0, {}])
      expect(() => house.layer.open({ userId: userId as string })).toThrow('`userId`');
    expect(house.layer.gauges().sessions).toBe(0);
  });

  test('FM-26 hands out a registered session or a refusal, and nothing else', async () => {
    const house = new House({ maxSessionsPerUser: 1 });
    house.connect('u');
    house.clock.advance(2_000);
    const attempt = house.layer.admit({ userId: 'u', socket: house.socket() });
    house.clock.advance(50);
    const outcome = await attempt;
    expect(outcome).toMatchObject({ outcome: 'refused', refusal: { reason: 'user-limit' } });
    expect(outcome).not.toHaveProperty('session');
    const opened = await house.layer.admit({ userId: 'v', socket: house.socket() });
    if (opened.outcome !== 'opened') throw new Error('expected a slot');
    expect(house.layer.find(opened.session.id)).toBe(opened.session);
    expect(opened.session.userId).toBe('v');
  });

  test('A4 ends three dead of five and no other, and counts three', () => {
    const house = new House();
    const five = house.fill('u', 5);
    for (const { socket } of five.slice(0, 3)) socket.isFrozen = true;
    house.clock.advance(6_200);
    expect(house.knock('u').outcome).toBe('opened');
    expect(house.told('closed').map(({ session }) => session)).toEqual(
      five.slice(0, 3).map(({ session }) => session.id),
    );
    expect(house.stats).toMatchObject({
      successful_emergency_cleanups: 1,
      failed_emergency_cleanups: 0,
      managers_cleaned_up: 3,
    });
  });

  test('A12 ends nobody when the limit is lowered, and lets in at once when it is raised', async () => {
    const house = new House();
    const five = house.fill('u', 5);
    house.clock.advance(2_000);
    house.layer.setLimit('u', 3);
    expect(house.layer.count('u')).toBe(5);
    for (const { socket } of five.slice(0, 2)) {
      const knock = house.knock('u');
      house.clock.advance(100);
      await settled();
      expect(knock.outcome).toBe('refused');
      socket.leave();
      house.clock.advance(2_000);
    }
    expect(house.layer.count('u')).toBe(3);
    five[2]!.socket.leave();
    expect(house.knock('u').outcome).toBe('opened');
    house.clock.advance(2_000);
    for (const session of house.layer.sessionsOf('u'))
      (session.socket as ReturnType<House['socket']>).isFrozen = true;
    const waiting = house.knock('u');
    expect(waiting.outcome).toBe('waiting');
    house.layer.setLimit('u', 4);
    await settled();
    expect(waiting.outcome).toBe('opened');
    expect(house.causes).toEqual(['client-close', 'client-close', 'client-close']);
  });
});
