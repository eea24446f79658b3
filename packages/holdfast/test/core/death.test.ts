import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backlogAllowanceMs,
  causeOfDeath,
  deathDueAt,
  isOverdue,
  notOut,
  slowestLinkBytesPerSecond,
  type TransportState,
} from '../../src/core/death.ts';
import { patience, probePatience, vitalFacts } from './vital-facts.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

describe('a session that is not dead', () => {
  it.each([
    ['a minute', minuteMs],
    ['two hours', 2 * hourMs],
    ['a day', dayMs],
    ['thirty days', 30 * dayMs],
    ['a year', 365 * dayMs],
  ])('I2 FM-39 is one that has been quiet for %s without being asked', (_, ageMs) => {
    for (const rules of [patience, probePatience]) {
      expect(causeOfDeath(vitalFacts(), rules, 1_000 + ageMs)).toBeNull();
      expect(deathDueAt(vitalFacts(), rules)).toBe(Number.POSITIVE_INFINITY);
    }
  });

  it('I2 FM-39 is one that is a year old and answers', () => {
    const now = 1_000 + 365 * dayMs;
    const facts = vitalFacts({ heardAt: now - 5, pingAt: now - 900 });
    expect(causeOfDeath(facts, patience, now)).toBeNull();
    expect(causeOfDeath(facts, probePatience, now)).toBeNull();
  });

  it('I2 is one of whose transport nothing is known', () => {
    const facts = vitalFacts({ transport: 'unknown' });
    expect(causeOfDeath(facts, patience, 1_000 + dayMs)).toBeNull();
  });

  it('is one that is over already, whatever its facts say', () => {
    const facts = vitalFacts({ state: 'closed', transport: 'closed', pingAt: 1_000 });
    expect(causeOfDeath(facts, patience, 1_000 + dayMs)).toBeNull();
    expect(deathDueAt(facts, patience)).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('I2 an unanswered ping', () => {
  it.each([
    ['ping timeout', patience],
    ['probe timeout', probePatience],
  ])('is death at the %s and not a millisecond before', (_, rules) => {
    const facts = vitalFacts({ pingAt: 5_000 });
    const dueAt = 5_000 + rules.pingMs;
    expect(deathDueAt(facts, rules)).toBe(dueAt);
    expect(causeOfDeath(facts, rules, dueAt - 1)).toBeNull();
    expect(causeOfDeath(facts, rules, dueAt)).toBe('no-pong');
  });

  it('is death also when nothing is known of the transport', () => {
    const facts = vitalFacts({ pingAt: 5_000, transport: 'unknown' });
    expect(causeOfDeath(facts, patience, 15_000)).toBe('no-pong');
  });

  it('I9 has its patience start anew at a frame that arrived after it', () => {
    const facts = vitalFacts({ pingAt: 5_000, heardAt: 7_500 });
    expect(deathDueAt(facts, patience)).toBe(17_500);
    expect(causeOfDeath(facts, patience, 17_499)).toBeNull();
    expect(causeOfDeath(facts, patience, 17_500)).toBe('no-pong');
  });

  it('I9 gains nothing by a frame that arrived before it', () => {
    expect(deathDueAt(vitalFacts({ pingAt: 5_000, heardAt: 4_999 }), patience)).toBe(15_000);
  });

  it('is given a second more for every 32 KB in front of it', () => {
    const facts = vitalFacts({ pingAt: 5_000, bytesBeforePing: 3 * 32 * 1024 });
    expect(deathDueAt(facts, probePatience)).toBe(5_000 + 1_000 + 3_000);
    expect(causeOfDeath(facts, probePatience, 8_999)).toBeNull();
    expect(causeOfDeath(facts, probePatience, 9_000)).toBe('no-pong');
  });
});

describe('the allowance for a backlog', () => {
  it('is that of a link of 32 KB a second', () => {
    expect(slowestLinkBytesPerSecond).toBe(32_768);
    expect(backlogAllowanceMs(32_768)).toBe(1_000);
    expect(backlogAllowanceMs(256 * 1024)).toBe(8_000);
  });

  it('is nothing without a backlog, and a full millisecond for a single byte', () => {
    expect(backlogAllowanceMs(0)).toBe(0);
    expect(backlogAllowanceMs(1)).toBe(1);
  });
});

describe('I2 a session that is opening', () => {
  it('is dead at the opening deadline and not a millisecond before', () => {
    const facts = vitalFacts({ state: 'opening', transport: 'unknown' });
    expect(deathDueAt(facts, patience)).toBe(11_000);
    expect(causeOfDeath(facts, patience, 10_999)).toBeNull();
    expect(causeOfDeath(facts, patience, 11_000)).toBe('open-timeout');
  });

  it('has as long when the same user needs the slot', () => {
    const facts = vitalFacts({ state: 'opening', transport: 'unknown' });
    expect(causeOfDeath(facts, probePatience, 10_999)).toBeNull();
  });

  it('cannot be late for a ping', () => {
    const facts = vitalFacts({ state: 'opening', pingAt: 1_000, transport: 'unknown' });
    expect(causeOfDeath(facts, probePatience, 3_000)).toBeNull();
  });
});

describe('I2 a closed transport', () => {
  it.each(['opening', 'live'] as const)(
    'is the death of a session that is %s, at once',
    (state) => {
      const facts = vitalFacts({ state, transport: 'closed' });
      expect(causeOfDeath(facts, patience, 1_000)).toBe('transport-closed');
    },
  );
});

describe('I2 death', () => {
  it('comes only of the three facts, and never before it is due', () => {
    const facts = fc.record({
      state: fc.constantFrom('opening', 'live', 'closed'),
      openedAt: fc.nat(100_000),
      heardAt: fc.nat(200_000),
      provenAt: fc.nat(200_000),
      pingAt: fc.oneof(fc.constant(notOut), fc.nat(200_000)),
      bytesBeforePing: fc.nat(300_000),
      transport: fc.constantFrom<TransportState>('open', 'closed', 'unknown'),
    });
    fc.assert(
      fc.property(facts, fc.nat(400_000), (facts, now) => {
        const cause = causeOfDeath(facts, patience, now);
        const isLate = now >= deathDueAt(facts, patience);
        const late = facts.state === 'opening' ? 'open-timeout' : 'no-pong';
        const found = facts.transport === 'closed' ? 'transport-closed' : isLate ? late : null;
        expect(cause).toBe(facts.state === 'closed' ? null : found);
      }),
      { seed: 39, numRuns: 2_000 },
    );
  });

  it('by the ping timeout is never earlier than by the probe timeout', () => {
    fc.assert(
      fc.property(fc.nat(9_000), fc.nat(9_000), fc.nat(300_000), (pingAt, heardAt, bytes) => {
        const facts = vitalFacts({ pingAt, heardAt, bytesBeforePing: bytes });
        const atOnce = deathDueAt(facts, probePatience);
        expect(deathDueAt(facts, patience)).toBe(atOnce + patience.pingMs - probePatience.pingMs);
        expect(atOnce).toBeGreaterThanOrEqual(heardAt + probePatience.pingMs);
      }),
      { seed: 2 },
    );
  });
});

describe('a session is overdue', () => {
  const rules = { intervalMs: 25_000, patience };
  const heard = vitalFacts({ heardAt: 5_000 });

  it('when it should have been asked and given up by now, and not before', () => {
    const budgetMs = 50_000 + patience.pingMs + 1_000;
    expect(isOverdue(heard, rules, 5_000 + budgetMs)).toBe(false);
    expect(isOverdue(heard, rules, 5_001 + budgetMs)).toBe(true);
    const loaded = vitalFacts({ heardAt: 5_000, bytesBeforePing: slowestLinkBytesPerSecond });
    expect(isOverdue(loaded, rules, 5_001 + budgetMs)).toBe(false);
    expect(isOverdue(loaded, rules, 6_001 + budgetMs)).toBe(true);
  });

  it('when nobody attached to it in time', () => {
    const opening = vitalFacts({ state: 'opening', openedAt: 5_000 });
    expect(isOverdue(opening, rules, 6_000 + patience.openMs)).toBe(false);
    expect(isOverdue(opening, rules, 6_001 + patience.openMs)).toBe(true);
  });

  it('I2 which is no reason to end it, and never of one that is over', () => {
    expect(causeOfDeath(heard, patience, dayMs)).toBeNull();
    expect(isOverdue(vitalFacts({ state: 'closed' }), rules, dayMs)).toBe(false);
  });
});
