import { describe, expect, test } from 'vitest';
import { isEnforced, isFact, limitInForce } from '../../src/core/enforcement.ts';

describe('limit and clean-up are', () => {
  test.each([
    ['everyone', 'enforce', true],
    ['everyone', 'observe', true],
    ['named', 'enforce', true],
    ['named', 'observe', false],
    ['nobody', 'enforce', false],
    ['nobody', 'observe', false],
  ] as const)('in force on %s for a user to %s: %s', (on, stance, expected) => {
    expect(isEnforced({ on, interimLimit: null }, stance)).toBe(expected);
  });
});

describe('the limit in force', () => {
  test('is the own one of a user it is acted on for, whatever the interim one is', () => {
    expect(limitInForce({ on: 'everyone', interimLimit: 20 }, 'observe', 5)).toBe(5);
  });

  test('is none for a user who is only observed', () => {
    expect(limitInForce({ on: 'named', interimLimit: null }, 'observe', 5)).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  test('is the interim one for a user who is only observed, where there is one', () => {
    expect(limitInForce({ on: 'nobody', interimLimit: 20 }, 'enforce', 5)).toBe(20);
  });

  test('is never lower than the own one', () => {
    expect(limitInForce({ on: 'nobody', interimLimit: 20 }, 'observe', 50)).toBe(50);
  });
});

test.each([
  ['transport-closed', true],
  ['open-timeout', true],
  ['no-pong', false],
] as const)(
  'a session that is dead by %s ends also where its user is observed: %s',
  (cause, expected) => {
    expect(isFact(cause)).toBe(expected);
  },
);
