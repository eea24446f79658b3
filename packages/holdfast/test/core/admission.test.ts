import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  describeBlocking,
  findDead,
  hasRoom,
  isProvenAlive,
  type Occupant,
  retryAfterMs,
} from '../../src/core/admission.ts';
import { deathDueAt } from '../../src/core/death.ts';
import { patience, probePatience, vitalFacts } from './vital-facts.ts';

function occupant(id: string, differences: Partial<Occupant> = {}): Occupant {
  const facts = vitalFacts();
  return { ...facts, id, openedAtRaw: differences.openedAt ?? facts.openedAt, ...differences };
}

describe('I1 the comparison of a count with a limit', () => {
  it('has room below the limit, and none at it or above', () => {
    expect(hasRoom(0, 1)).toBe(true);
    expect(hasRoom(4, 5)).toBe(true);
    expect(hasRoom(5, 5)).toBe(false);
    expect(hasRoom(6, 5)).toBe(false);
  });

  it('lets in exactly as many as the limit says, one after the other', () => {
    for (let limit = 1; limit <= 1_000; limit += 1) {
      let occupied = 0;
      while (hasRoom(occupied, limit)) occupied += 1;
      expect(occupied).toBe(limit);
    }
  });
});

describe('I3 a session in the way', () => {
  it('has proven to be alive when it was heard since the newcomer came', () => {
    expect(isProvenAlive(vitalFacts({ heardAt: 5_000 }), { since: 5_000 })).toBe(true);
    expect(isProvenAlive(vitalFacts({ heardAt: 5_001 }), { since: 5_000 })).toBe(true);
  });

  it('I9 has proven nothing by what it sent before, even a millisecond before', () => {
    expect(isProvenAlive(vitalFacts({ heardAt: 4_999 }), { since: 5_000 })).toBe(false);
  });
});

describe('I2 the dead among the sessions of a user', () => {
  const now = 20_000;
  const sessions = [
    occupant('quiet'),
    occupant('cut', { transport: 'closed' }),
    occupant('late', { pingAt: now - 1_000 }),
    occupant('overdue', { pingAt: now - 10_000 }),
    occupant('forgotten', { state: 'opening', transport: 'unknown' }),
    occupant('over', { state: 'closed', transport: 'closed' }),
  ];

  function found(rules: typeof patience): string[] {
    return findDead(sessions, rules, now).map(({ session, cause }) => `${session.id} ${cause}`);
  }

  it('are named with their causes, oldest first', () => {
    expect(found(patience)).toEqual([
      'cut transport-closed',
      'overdue no-pong',
      'forgotten open-timeout',
    ]);
  });

  it('include the late where the slot is needed', () => {
    expect(found(probePatience)).toEqual([
      'cut transport-closed',
      'late no-pong',
      'overdue no-pong',
      'forgotten open-timeout',
    ]);
  });

  it('are none among none', () => {
    expect(findDead([], patience, now)).toEqual([]);
  });
});

describe('FM-24 when a refused newcomer may come back', () => {
  const newcomer = { since: 5_000 };

  it('is not told when every session is proven alive', () => {
    const sessions = [vitalFacts({ heardAt: 5_010 }), vitalFacts({ heardAt: 5_000 })];
    expect(retryAfterMs(sessions, newcomer, { patience: probePatience, now: 5_020 })).toBe(
      undefined,
    );
  });

  it('is not told when no known deadline leads to an answer', () => {
    expect(retryAfterMs([vitalFacts()], newcomer, { patience: probePatience, now: 6_000 })).toBe(
      undefined,
    );
  });

  it('is the earliest deadline of a session that is not proven alive', () => {
    const sessions = [
      vitalFacts({ heardAt: 5_010, pingAt: 5_001 }),
      vitalFacts({ pingAt: 5_000, bytesBeforePing: 64 * 1024 }),
      vitalFacts({ pingAt: 5_000, bytesBeforePing: 32 * 1024 }),
    ];
    expect(retryAfterMs(sessions, newcomer, { patience: probePatience, now: 6_050 })).toBe(950);
  });

  it('is the opening deadline of a session that is not attached yet', () => {
    const sessions = [vitalFacts({ state: 'opening', transport: 'unknown' })];
    expect(retryAfterMs(sessions, newcomer, { patience: probePatience, now: 5_000 })).toBe(6_000);
  });

  it('is never less than a millisecond', () => {
    const sessions = [vitalFacts({ pingAt: 1_000 })];
    expect(retryAfterMs(sessions, newcomer, { patience: probePatience, now: 9_000 })).toBe(1);
  });

  it('falls by just the time that passes, however often it is asked', () => {
    const sessions = [
      vitalFacts({ pingAt: 5_000, bytesBeforePing: 256 * 1024 }),
      vitalFacts({ state: 'opening', openedAt: 4_500, transport: 'unknown' }),
    ];
    let before = Number.POSITIVE_INFINITY;
    for (let now = 5_000; now <= 13_000; now += 1_000) {
      // Who retries is a newcomer of that instant.
      const told = retryAfterMs(sessions, { since: now }, { patience: probePatience, now });
      expect(told).toBe(14_000 - now);
      expect(told).toBeLessThan(before);
      before = told ?? 0;
    }
  });

  it('leads to a session known dead at that instant, for any facts', () => {
    const facts = fc.record({
      heardAt: fc.nat(9_999),
      pingAt: fc.nat(9_999),
      bytesBeforePing: fc.nat(300_000),
    });
    fc.assert(
      fc.property(fc.array(facts, { minLength: 1, maxLength: 20 }), (several) => {
        const sessions = several.map((differences) => vitalFacts(differences));
        const rules = { patience: probePatience, now: 10_000 };
        const told = retryAfterMs(sessions, { since: 10_000 }, rules) ?? Number.NaN;
        const earliest = Math.min(...sessions.map((session) => deathDueAt(session, probePatience)));
        expect(told).toBe(Math.max(1, earliest - 10_000));
        expect(findDead(sessions, probePatience, 10_000 + told).length).toBeGreaterThan(0);
        const before = findDead(sessions, probePatience, 10_000 + told - 1);
        expect(told === 1 || before.length === 0).toBe(true);
      }),
      { seed: 24, numRuns: 500 },
    );
  });
});

describe('FM-92 what a refusal tells of the sessions in the way', () => {
  it('is each with its id, state, age, silence, ping and transport', () => {
    const sessions = [
      occupant('a', { openedAt: 1_000, heardAt: 4_000 }),
      occupant('b', { openedAt: 2_000, heardAt: 3_000, pingAt: 9_500 }),
    ];
    expect(describeBlocking(sessions, 10_000, 10_000)).toEqual([
      { id: 'a', state: 'live', ageMs: 9_000, silentMs: 6_000, transport: 'open' },
      { id: 'b', state: 'live', ageMs: 8_000, silentMs: 7_000, pingOutMs: 500, transport: 'open' },
    ]);
  });

  it('tells a dead connection (FM-01) from one that was never attached (FM-02)', () => {
    const sessions = [
      occupant('a', { transport: 'closed' }),
      occupant('b', { state: 'opening', transport: 'unknown' }),
    ];
    expect(
      describeBlocking(sessions, 1_000, 1_000).map(({ state, transport }) => [state, transport]),
    ).toEqual([
      ['live', 'closed'],
      ['opening', 'unknown'],
    ]);
  });

  it('counts the silence of one that was never heard from its opening', () => {
    const [told] = describeBlocking(
      [occupant('a', { openedAt: 1_000, heardAt: 999 })],
      1_500,
      1_500,
    );
    expect(told?.silentMs).toBe(500);
  });

  it('FM-39 leaves no fact out and adds no score', () => {
    const [told] = describeBlocking([occupant('a', { pingAt: 1_200 })], 1_500, 1_500);
    expect(Object.keys(told ?? {})).toEqual([
      'id',
      'state',
      'ageMs',
      'silentMs',
      'pingOutMs',
      'transport',
    ]);
  });
});
