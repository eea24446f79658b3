import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeBlocking,
  findDead,
  hasRoom,
  isProvenAlive,
  type Occupant,
  retryAfterMs,
} from '../../src/core/admission.ts';
import { notOut, type Patience } from '../../src/core/death.ts';

const patience: Patience = { pingMs: 1_000, openMs: 10_000 };

function occupant(facts: Partial<Occupant> = {}): Occupant {
  return {
    id: 's',
    state: 'live',
    openedAt: 0,
    heardAt: 0,
    pingAt: notOut,
    bytesBeforePing: 0,
    transport: 'open',
    ...facts,
  };
}

describe('room', () => {
  it('I1 FM-17 is there below the limit and not at it, for every limit', () => {
    for (let limit = 1; limit <= 1_000; limit += 1) {
      expect(hasRoom(limit - 1, limit)).toBe(true);
      expect(hasRoom(limit, limit)).toBe(false);
      expect(hasRoom(limit + 1, limit)).toBe(false);
    }
  });
});

describe('proof of life', () => {
  it.each([
    [4_999, false],
    [5_000, true],
    [5_001, true],
  ])('for one who came at 5000 is a frame heard at %d: %s', (heardAt, isProven) => {
    expect(isProvenAlive(occupant({ heardAt }), { since: 5_000 })).toBe(isProven);
  });
});

describe('the dead among the sessions', () => {
  it('A4 FM-42 FM-43 are found, each with its cause, and nobody else is', () => {
    const found = findDead(
      [
        occupant({ id: 'gone', transport: 'closed' }),
        occupant({ id: 'silent', pingAt: 9_000, heardAt: 8_000 }),
        occupant({ id: 'never attached', state: 'opening' }),
        occupant({ id: 'quiet' }),
        occupant({ id: 'asked just now', pingAt: 9_001 }),
        occupant({ id: 'unknown', transport: 'unknown' }),
      ],
      patience,
      10_000,
    );
    expect(found.map(({ session: { id }, cause }) => [id, cause])).toEqual([
      ['gone', 'transport-closed'],
      ['silent', 'no-pong'],
      ['never attached', 'open-timeout'],
    ]);
  });
});

describe('when to come back', () => {
  const rules = { patience, now: 10_000 };
  const newcomer = { since: 9_500 };

  it('I3 is not said when all have proven to be alive', () => {
    const proven = [occupant({ heardAt: 9_500 }), occupant({ heardAt: 9_900 })];
    expect(retryAfterMs(proven, newcomer, rules)).toBeUndefined();
    expect(retryAfterMs([], newcomer, rules)).toBeUndefined();
  });

  it('is the earliest deadline of those who have not', () => {
    const occupants = [
      occupant({ heardAt: 9_500 }),
      occupant({ pingAt: 9_600 }),
      occupant({ pingAt: 9_300, bytesBeforePing: 32 * 1024 }),
      occupant({ state: 'opening', openedAt: 5_000 }),
    ];
    expect(retryAfterMs(occupants, newcomer, rules)).toBe(600);
  });

  it('is at least a millisecond, also for a deadline that has passed', () => {
    expect(retryAfterMs([occupant({ pingAt: 100 })], newcomer, rules)).toBe(1);
  });

  it('FM-24 strictly falls as time passes, however often somebody asks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(9_999), { minLength: 1, maxLength: 20, size: 'max' }),
        fc.nat(900),
        (pings, laterMs) => {
          const occupants = pings.map((pingAt) => occupant({ pingAt, heardAt: 0 }));
          const first = retryAfterMs(occupants, newcomer, rules) ?? 0;
          const since = newcomer.since + laterMs;
          const again = retryAfterMs(occupants, { since }, { ...rules, now: rules.now + laterMs });
          expect(again).toBe(Math.max(1, first - laterMs));
        },
      ),
    );
  });
});

it('FM-92 what stands in the way is described with all that is known of it', () => {
  const described = describeBlocking(
    [
      occupant({ id: 'a', openedAt: 100, heardAt: 900, pingAt: 950 }),
      occupant({ id: 'b', state: 'opening', openedAt: 500, heardAt: 499, transport: 'unknown' }),
    ],
    1_000,
  );
  expect(described).toEqual([
    { id: 'a', state: 'live', ageMs: 900, silentMs: 100, pingOutMs: 50, transport: 'open' },
    { id: 'b', state: 'opening', ageMs: 500, silentMs: 500, transport: 'unknown' },
  ]);
});
