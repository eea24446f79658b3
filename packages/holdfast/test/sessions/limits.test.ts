import { describe, expect, test } from 'vitest';
import { ConnectRates } from '../../src/sessions/connect-rates.ts';
import { Limits, mostOwnLimits } from '../../src/sessions/limits.ts';
import { House, settled } from './house.ts';

const everybodyEnforced = { order: { on: 'everyone', interimLimit: null } } as const;

describe('limits', () => {
  test('are the one an operator set, else the one brought, else that of everybody', () => {
    const limits = new Limits(5, everybodyEnforced);
    expect([limits.of('u'), limits.of('u', 9)]).toEqual([5, 9]);
    limits.set('u', 2);
    expect([limits.of('u'), limits.of('u', 9), limits.of('v')]).toEqual([2, 2, 5]);
    limits.set('u', null);
    expect(limits.of('u')).toBe(5);
  });

  test.each([0, -1, 1001, 1.5, Number.NaN, '3'])('refuse %s, wherever it is given', (limit) => {
    const house = new House();
    expect(() => house.layer.setLimit('u', limit as number)).toThrow('`limit`');
    expect(() => house.layer.open({ userId: 'u', limit: limit as number })).toThrow('`limit`');
    expect(house.layer.limitOf('u')).toBe(5);
  });

  test('I12 of their own are had by a bounded number of users, and the next is told', () => {
    const limits = new Limits(5, everybodyEnforced);
    for (let user = 0; user < mostOwnLimits; user += 1) limits.set(`u${user}`, 2);
    expect(() => limits.set('one more', 2)).toThrow(`at most ${mostOwnLimits}`);
    limits.set('u1', 3);
    limits.set('u0', null);
    limits.set('one more', 2);
    expect(limits.of('one more')).toBe(2);
  });

  test('that come with a token are in force for that newcomer', async () => {
    const house = new House();
    house.fill('u', 5);
    house.clock.advance(2_000);
    expect(house.knock('u', { limit: 6 }).outcome).toBe('opened');
    const other = house.knock('u', { limit: 1 });
    house.clock.advance(1_200);
    await settled();
    expect(other.outcome).toBe('refused');
    expect(house.told('refused')[0]).toMatchObject({ limit: 1, live: 6 });
  });
});

describe('connect rates', () => {
  test('let a burst pass and then so many a second', () => {
    const rates = new ConnectRates({ perSecond: 10, burst: 3 });
    const passed = (now: number): boolean => rates.spend('u', now).passed;
    expect([passed(0), passed(0), passed(0), passed(0)]).toEqual([true, true, true, false]);
    expect(rates.spend('u', 0)).toEqual({ passed: false, retryAfterMs: 100 });
    expect([passed(99), passed(100), passed(100)]).toEqual([false, true, false]);
    expect(rates.spend('v', 100).passed).toBe(true);
  });

  test('FM-24 name an instant that refused attempts do not put off', () => {
    const rates = new ConnectRates({ perSecond: 1, burst: 1 });
    rates.spend('u', 0);
    for (let now = 0; now < 1_000; now += 10)
      expect(rates.spend('u', now)).toEqual({ passed: false, retryAfterMs: 1_000 - now });
    expect(rates.spend('u', 1_000).passed).toBe(true);
  });

  test('I12 I5 forget whom they need not remember', () => {
    const rates = new ConnectRates({ perSecond: 10, burst: 3 });
    for (let user = 0; user < 1_000; user += 1) rates.spend(`u${user}`, user);
    expect(rates.size).toBeLessThanOrEqual(101);
    rates.forget(5_000);
    expect(rates.size).toBe(0);
  });

  test('remember nothing where there is no limit', () => {
    const rates = new ConnectRates(null);
    for (let user = 0; user < 10; user += 1) expect(rates.spend(`u${user}`, 0).passed).toBe(true);
    expect(rates.size).toBe(0);
  });
});
