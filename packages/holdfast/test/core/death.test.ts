import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  backlogAllowanceMs,
  causeOfDeath,
  deathDueAt,
  notOut,
  type Patience,
  slowestLinkBytesPerSecond,
  type VitalFacts,
} from '../../src/core/death.ts';

const patience: Patience = { pingMs: 10_000, openMs: 10_000 };

const live: VitalFacts = {
  state: 'live',
  openedAt: 0,
  heardAt: 0,
  pingAt: notOut,
  bytesBeforePing: 0,
  transport: 'open',
};

const instants = fc.nat(10_000_000);
const anyFacts: fc.Arbitrary<VitalFacts> = fc.record({
  state: fc.constantFrom('opening', 'live', 'closed'),
  openedAt: instants,
  heardAt: instants,
  pingAt: fc.oneof(fc.constant(notOut), instants),
  bytesBeforePing: fc.nat(10_000_000),
  transport: fc.constantFrom('open', 'closed', 'unknown'),
});

describe('the cause of death', () => {
  it.each(['open', 'unknown'] as const)(
    'I2 FM-31 FM-39 quiet and old is not dead, for a year, on a transport that is %s',
    (transport) => {
      for (const age of [10_000, 3_600_000, 86_400_000, 31_536_000_000]) {
        expect(causeOfDeath({ ...live, transport }, patience, age)).toBeNull();
      }
    },
  );

  it('is a closed transport, at once and in every state but closed', () => {
    for (const state of ['opening', 'live'] as const) {
      expect(causeOfDeath({ ...live, state, transport: 'closed' }, patience, 0)).toBe(
        'transport-closed',
      );
    }
    expect(causeOfDeath({ ...live, state: 'closed', transport: 'closed' }, patience, 0)).toBeNull();
  });

  it('is a ping unanswered for the patience, to the millisecond', () => {
    const pinged = { ...live, pingAt: 500 };
    expect(causeOfDeath(pinged, patience, 10_499)).toBeNull();
    expect(causeOfDeath(pinged, patience, 10_500)).toBe('no-pong');
    expect(deathDueAt(pinged, patience)).toBe(10_500);
  });

  it('begins its patience anew with any frame that came after the ping', () => {
    const heard = { ...live, pingAt: 500, heardAt: 4_000 };
    expect(causeOfDeath(heard, patience, 13_999)).toBeNull();
    expect(causeOfDeath(heard, patience, 14_000)).toBe('no-pong');
  });

  it('waits for a ping behind a backlog as long as the slowest link needs for it', () => {
    const behind = { ...live, pingAt: 0, bytesBeforePing: 256 * 1024 };
    expect(causeOfDeath(behind, patience, 17_999)).toBeNull();
    expect(causeOfDeath(behind, patience, 18_000)).toBe('no-pong');
  });

  it('is the opening deadline for a session that was never attached, and only for such a one', () => {
    const opening = { ...live, state: 'opening' as const, openedAt: 100 };
    expect(causeOfDeath(opening, patience, 10_099)).toBeNull();
    expect(causeOfDeath(opening, patience, 10_100)).toBe('open-timeout');
    expect(causeOfDeath({ ...opening, state: 'live' }, patience, 10_100)).toBeNull();
  });

  it('FM-37 does not know of a ping while a session is opening', () => {
    const opening = { ...live, state: 'opening' as const, pingAt: 0 };
    expect(causeOfDeath(opening, { pingMs: 10, openMs: 10_000 }, 9_999)).toBeNull();
  });

  it('falls due exactly when it says it will, whatever the facts', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(20_000_000), (facts, now) => {
        const cause = causeOfDeath(facts, patience, now);
        if (facts.state === 'closed') expect(cause).toBeNull();
        else if (facts.transport === 'closed') expect(cause).toBe('transport-closed');
        else expect(cause !== null).toBe(now >= deathDueAt(facts, patience));
      }),
      { numRuns: 1_000 },
    );
  });

  it('I2 needs one of the three facts, whatever else is true', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(20_000_000), (facts, now) => {
        const cause = causeOfDeath(facts, patience, now);
        const hasFact =
          facts.transport === 'closed' || facts.state === 'opening' || facts.pingAt !== notOut;
        expect(cause === null || hasFact).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('comes no later when there is more patience', () => {
    fc.assert(
      fc.property(anyFacts, fc.nat(20_000_000), (facts, now) => {
        const late = causeOfDeath(facts, { ...patience, pingMs: 1_000 }, now);
        if (causeOfDeath(facts, patience, now) !== null) expect(late).not.toBeNull();
      }),
    );
  });
});

describe('the allowance for a backlog', () => {
  it.each([
    [0, 0],
    [1, 1],
    [slowestLinkBytesPerSecond, 1_000],
    [256 * 1024, 8_000],
    [slowestLinkBytesPerSecond / 1_000, 1],
  ])('of %d bytes is %d ms', (bytes, ms) => {
    expect(backlogAllowanceMs(bytes)).toBe(ms);
  });

  it('is never shorter than a link of the slowest rate takes', () => {
    fc.assert(
      fc.property(fc.nat(100_000_000), (bytes) => {
        const neededMs = (bytes * 1_000) / slowestLinkBytesPerSecond;
        expect(backlogAllowanceMs(bytes)).toBeGreaterThanOrEqual(neededMs);
        expect(backlogAllowanceMs(bytes)).toBeLessThan(neededMs + 1);
      }),
    );
  });
});
