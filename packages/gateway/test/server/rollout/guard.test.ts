import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type GuardRules,
  type GuardSample,
  look,
  type RollbackCause,
  unsuspecting,
} from '../../../src/server/rollout/guard.ts';

const rules: GuardRules = {
  latencyMs: 500,
  sweepFailures: 3,
  memoryGrowthBytes: 128 * 1024 ** 2,
  standMs: 3000,
};
const mb = 1024 ** 2;
const calm: Omit<GuardSample, 'nowMs'> = {
  creations: 50,
  slow: 0,
  slowestMs: 0,
  isSweepRunning: true,
  sweepFailuresInARow: 0,
  memoryBytes: 100 * mb,
  sessions: 50,
  logBytes: 0,
};
const slow = { creations: 2, slow: 2, slowestMs: 700 };

/** One look a second; the causes with the second in which each was found. */
function watch(
  seconds: number,
  sampleAt: (second: number) => Partial<GuardSample>,
): { readonly second: number; readonly cause: RollbackCause }[] {
  let state = unsuspecting;
  const found: { second: number; cause: RollbackCause }[] = [];
  for (let second = 0; second < seconds; second += 1) {
    const result = look(state, { ...calm, nowMs: second * 1000, ...sampleAt(second) }, rules);
    state = result.state;
    if (result.cause !== null) found.push({ second, cause: result.cause });
  }
  return found;
}

describe('the guard on creation latency', () => {
  it('finds slow creations that last, within seconds', () => {
    const [first] = watch(20, (second) => (second < 5 ? {} : slow));
    expect(first).toEqual({
      second: 8,
      cause: {
        trigger: 'creation-latency',
        measured: 700,
        threshold: 500,
        samples: 8,
        standsForMs: 3000,
      },
    });
  });

  it('lets a burst pass, however large, and does not let it ripen while nobody comes', () => {
    const burst = { creations: 900, slow: 900, slowestMs: 4000 };
    expect(watch(60, (second) => (second === 5 ? burst : {}))).toEqual([]);
    expect(watch(60, (second) => (second === 5 ? burst : { creations: 0 }))).toEqual([]);
  });

  it('is cleared by a single second in which creations are quick', () => {
    expect(watch(60, (second) => (second % 3 === 0 ? {} : slow))).toEqual([]);
  });

  it('does not hold a few slow ones among very many against it', () => {
    expect(watch(60, () => ({ creations: 1000, slow: 10, slowestMs: 900 }))).toEqual([]);
    expect(watch(60, () => ({ creations: 1000, slow: 11, slowestMs: 900 }))).not.toEqual([]);
  });

  it('wants samples: two slow creations are an anecdote, and so are many that lie far apart', () => {
    const one = { creations: 1, slow: 1, slowestMs: 700 };
    expect(watch(60, (second) => (second === 0 || second === 5 ? one : { creations: 0 }))).toEqual(
      [],
    );
    expect(watch(600, (second) => (second % 12 === 0 ? one : { creations: 0 }))).toEqual([]);
    expect(watch(60, (second) => (second % 2 === 0 ? one : { creations: 0 }))[0]?.second).toBe(8);
  });
});

describe('the guard on the sweep', () => {
  it('finds one that fails again and again, and one that does not run', () => {
    const failing = watch(20, (second) => ({ sweepFailuresInARow: Math.min(second, 7) }));
    expect(failing[0]).toMatchObject({ second: 6, cause: { trigger: 'sweep', threshold: 3 } });
    const stopped = watch(20, (second) => ({ isSweepRunning: second < 10 }));
    expect(stopped[0]).toMatchObject({ second: 13, cause: { trigger: 'sweep' } });
  });

  it('lets a failure pass that is made good, and a timer that was lost and set anew', () => {
    expect(watch(60, (second) => ({ sweepFailuresInARow: second % 3 }))).toEqual([]);
    expect(watch(60, (second) => ({ isSweepRunning: second % 3 !== 0 }))).toEqual([]);
  });
});

function minuteOf(second: number): number {
  return Math.floor(second / 60);
}

/** Grows by 30 MB a minute, for so many minutes. */
function growing(minutes: number, second: number): Partial<GuardSample> {
  return { memoryBytes: (100 + 30 * Math.min(minuteOf(second), minutes)) * mb };
}

describe('the guard on memory', () => {
  it('finds growth in every minute of ten that nothing explains, under all garbage', () => {
    const leak = watch(900, (second) => ({
      memoryBytes: (100 + 20 * minuteOf(second) + ((second * 7) % 31) * 10) * mb,
    }));
    expect(leak[0]?.cause).toMatchObject({ trigger: 'memory', samples: 10 });
    expect(leak[0]?.second).toBeGreaterThan(600);
    expect(leak[0]?.cause.measured).toBeGreaterThan(128 * mb);
  });

  it('lets growth pass that ends, that is small, or that sessions and logs explain', () => {
    expect(watch(1800, (second) => growing(8, second))).toEqual([]);
    expect(watch(1800, (second) => ({ memoryBytes: 100 * mb + second * 1000 }))).toEqual([]);
    expect(watch(1800, (second) => growing(30, second))).not.toEqual([]);
    const explained = [
      (second: number) => ({ sessions: 50 + 500 * minuteOf(second) }),
      (second: number) => ({ logBytes: 25 * mb * minuteOf(second) }),
    ];
    for (const reason of explained) {
      const found = watch(1800, (second) => ({ ...growing(30, second), ...reason(second) }));
      expect(found).toEqual([]);
    }
  });
});

it('never rolls back for what is not there, whatever else happens', () => {
  const sample = fc.record({
    creations: fc.nat(1000),
    sessions: fc.nat(10_000),
    logBytes: fc.nat(1e9),
    sweepFailuresInARow: fc.nat(2),
    memoryBytes: fc.integer({ min: 100 * mb, max: 227 * mb }),
  });
  fc.assert(
    fc.property(fc.array(sample, { minLength: 30, maxLength: 200, size: 'max' }), (samples) => {
      expect(watch(samples.length, (second) => samples[second] ?? {})).toEqual([]);
    }),
  );
});
