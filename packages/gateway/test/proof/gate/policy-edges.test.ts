import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import type { Policy } from '../../../src/proof/gate/policy.ts';
import { ask, now, openRules, reasons } from './ask-gate.ts';
import { creationCounts, goodRuns, regularly } from './good-runs.ts';

const { verify, load, soak } = goodRuns(now);
const dayMs = 86_400_000;
const minuteMs = 60_000;

/** Evidence with another list of samples, or without it. */
function withSamples(run: Evidence, name: string, values: readonly number[] | null): Evidence {
  const rest = run.samples.filter((one) => one.name !== name);
  const unit = run.samples.find((one) => one.name === name)?.unit ?? 'code';
  return { ...run, samples: values === null ? rest : [...rest, { name, unit, values }] };
}

/** Evidence with another value in a series, by its index and time, or without it. */
function withSeries(
  run: Evidence,
  name: string,
  valueAt: ((index: number, atMs: number) => number) | null,
): Evidence {
  return {
    ...run,
    series: run.series.flatMap((one) => {
      if (one.name !== name) return [one];
      if (valueAt === null) return [];
      return [
        { ...one, points: one.points.map(([at], index) => [at, valueAt(index, at)] as const) },
      ];
    }),
  };
}

function openWithLoad(changed: Evidence, policy: Partial<Policy> = {}): readonly string[] {
  return openRules(ask([verify, changed, soak], { policy }));
}

function openWithSoak(changed: Evidence, policy: Partial<Policy> = {}): readonly string[] {
  return openRules(ask([verify, load, changed], { policy }));
}

const hundred = (slow: number, value: number): readonly number[] =>
  Array.from({ length: 100 }, (_, index) => (index < slow ? value : 1));

const creation = (values: readonly number[]): readonly string[] =>
  openWithLoad(withSamples(load, 'creation', values));

const cleaned = (successful: number, failed: number): readonly string[] => {
  const first = withSeries(load, 'pressure-reaps-successful', (index) =>
    index < 5 ? 7 : 7 + successful,
  );
  return openWithLoad(
    withSeries(first, 'pressure-reaps-failed', (index) => (index < 5 ? 2 : 2 + failed)),
  );
};

const unneeded = (run: Evidence): Evidence => withSeries(run, 'pressure-reaps-successful', () => 4);

const anew = (run: Evidence): Evidence =>
  withSeries(run, 'pressure-reaps-successful', (index) => (index < 5 ? 4 : 2));

const withoutMiddle = (one: Evidence['series'][number]): Evidence['series'][number] => ({
  ...one,
  points: one.points.filter(([at]) => at < 0.4 * dayMs || at > 0.5 * dayMs),
});

const share = (at: number): number => at / dayMs;

const counting = (
  within: Readonly<Record<number, number>>,
  policy: Partial<Policy> = {},
): readonly string[] => {
  const slow = withSamples(withSamples(load, 'creation', null), 'connect', hundred(2, 5_000));
  return openWithLoad({ ...slow, series: [...slow.series, ...creationCounts(within)] }, policy);
};

describe('each number of the default policy, at its edge', () => {
  it('maxLimitFailures is 0: one refusal for the limit is too many', () => {
    expect(openWithLoad(withSamples(load, 'refused', [4429]))).toEqual(['maxLimitFailures']);
    expect(openWithLoad(withSamples(load, 'refused', [4429]), { maxLimitFailures: 1 })).toEqual([]);
    const two = withSamples(load, 'refused', [4429, 4429]);
    expect(openWithLoad(two, { maxLimitFailures: 1 })).toEqual(['maxLimitFailures']);
  });

  it('maxRefusals is 0: any other refusal is counted apart', () => {
    expect(openWithLoad(withSamples(load, 'refused', [1006]))).toEqual(['maxRefusals']);
    expect(openWithLoad(withSamples(load, 'refused', [1013]), { maxRefusals: 1 })).toEqual([]);
  });

  it('maxEndedSessions is 0: no session may end under a living client', () => {
    expect(openWithLoad(withSamples(load, 'ended', [4408]))).toEqual(['maxEndedSessions']);
    expect(openWithLoad(withSamples(load, 'ended', [4408]), { maxEndedSessions: 1 })).toEqual([]);
  });

  it('maxLostEvents is 0, and counts the events rather than the entries', () => {
    expect(openWithLoad(withSamples(load, 'lost', [1]))).toEqual(['maxLostEvents']);
    expect(openWithLoad(withSamples(load, 'lost', [3]), { maxLostEvents: 2 })).toEqual([
      'maxLostEvents',
    ]);
    expect(openWithLoad(withSamples(load, 'lost', [3]), { maxLostEvents: 3 })).toEqual([]);
  });

  it('creationP99Below is 100 ms: exactly that is not below it, and 1 of 100 may be slower', () => {
    expect(creation(hundred(2, 100))).toEqual(['creationP99Below']);
    expect(creation(hundred(2, 99.999))).toEqual([]);
    expect(creation(hundred(1, 5_000))).toEqual([]);
    expect(creation(hundred(0, 1).slice(0, 99))).toEqual(['creationP99Below']);
  });

  it('creation is taken from the connects where nobody measured it alone', () => {
    const alone = withSamples(load, 'creation', null);
    expect(openWithLoad(alone)).toEqual([]);
    expect(openWithLoad(withSamples(alone, 'connect', hundred(2, 100)))).toEqual([
      'creationP99Below',
    ]);
    expect(openWithLoad(withSamples(alone, 'connect', null))).toContain('maxLimitFailures');
  });

  it('creation is taken from the counts of the target where it was not measured, and must be known to lie below', () => {
    expect(counting({ 100: 99, 500: 100 })).toEqual([]);
    expect(counting({ 100: 98, 500: 100 })).toEqual(['creationP99Below']);
    expect(counting({ 1: 50 })).toEqual(['creationP99Below']);
    expect(counting({ 50: 99 }, { creationP99BelowMs: 50 })).toEqual([]);
    expect(counting({ 50: 98, 100: 100 }, { creationP99BelowMs: 60 })).toEqual([
      'creationP99Below',
    ]);
  });

  it('minBackgroundPercent is 100: one look that found no background clean-up is too many', () => {
    const oneMiss = withSeries(load, 'sweep-up', (index) => (index === 3 ? 0 : 1));
    expect(openWithLoad(oneMiss)).toEqual(['minBackgroundPercent']);
    // 10 of 11 looks are 90.9 %.
    expect(openWithLoad(oneMiss, { minBackgroundPercent: 90.9 })).toEqual([]);
    expect(openWithLoad(oneMiss, { minBackgroundPercent: 91 })).toEqual(['minBackgroundPercent']);
    expect(openWithLoad(withSeries(load, 'sweep-up', null))).toEqual(['minBackgroundPercent']);
  });

  it('cleanupSuccessAbovePercent is 95: 19 of 20 are not above it, 20 of 21 are', () => {
    expect(cleaned(19, 1)).toEqual(['cleanupSuccessAbovePercent']);
    expect(cleaned(20, 1)).toEqual([]);
    expect(cleaned(0, 1)).toEqual(['cleanupSuccessAbovePercent']);
  });

  it('clean-ups must have been needed somewhere; a counter that begins anew goes on counting', () => {
    expect(openRules(ask([verify, unneeded(load), unneeded(soak)]))).toEqual([
      'cleanupSuccessAbovePercent',
    ]);
    expect(openRules(ask([verify, anew(load), unneeded(soak)]))).toEqual([]);
  });

  it('minUsers is 50 and minSessionsPerUser 5, all of them at the same time', () => {
    const people = (users: number, sessions: number, peak: number): readonly string[] => {
      const settings = { ...load.settings, users, sessions };
      return openWithLoad(withSeries({ ...load, settings }, 'sessions', () => peak));
    };
    const rule = ['minUsers, minSessionsPerUser'];
    expect(people(50, 5, 250)).toEqual([]);
    expect(people(50, 5, 249)).toEqual(rule);
    expect(people(49, 6, 294)).toEqual(rule);
    expect(people(70, 4, 280)).toEqual(rule);
    expect(openWithLoad({ ...load, settings: {} })).toEqual(rule);
    expect(openWithLoad(withSeries(load, 'sessions', null))).toEqual(rule);
  });

  it('maxDrift is 0, in either direction', () => {
    expect(openWithLoad(withSeries(load, 'drift', (index) => (index === 2 ? -1 : 0)))).toEqual([
      'maxDrift',
    ]);
    expect(openWithLoad(withSeries(load, 'drift', (index) => (index === 2 ? 1 : 0)))).toEqual([
      'maxDrift',
    ]);
    expect(openWithLoad(withSeries(load, 'drift', null))).toEqual(['maxDrift']);
  });

  it('requiredScenarios are the tests of the seed document for staging', () => {
    for (const { name } of verify.scenarios) {
      const scenarios = verify.scenarios.filter((one) => one.name !== name);
      const without = { ...verify, scenarios, planned: scenarios.map((one) => one.name) };
      expect(openRules(ask([without, load, soak]))).toEqual(['requiredScenarios']);
    }
  });

  it('environments may be anything, until the policy names some', () => {
    const policy = { environments: ['staging'] };
    expect(openRules(ask([load], { destination: null, policy }))).toEqual(['environments']);
    const target = { ...load.target, environment: 'staging' };
    expect(openRules(ask([{ ...load, target }], { destination: null, policy }))).toEqual([]);
    const untold = { ...load.target, environment: null };
    expect(openRules(ask([{ ...load, target: untold }], { destination: null, policy }))).toEqual([
      'environments',
    ]);
  });
});

describe('a soak', () => {
  it('watches one process of the target for 24 hours', () => {
    const short = lasting(soak, 0.98 * dayMs);
    expect(openWithSoak(short)).toEqual(['soakDuration']);
    expect(openWithSoak(lasting(soak, 0.995 * dayMs))).toEqual([]);
    expect(reasons(ask([verify, load, short])).join()).toContain('watched for 24h');
  });

  it('does not count the time in which nobody watched', () => {
    const interrupted = { ...soak, series: soak.series.map(withoutMiddle) };
    expect(openWithSoak(interrupted)).toContain('soakDuration');
  });

  it('counts from the last start of the target', () => {
    const restarted: Evidence = {
      ...soak,
      series: [
        ...soak.series,
        {
          name: 'target-process',
          unit: 'start, s',
          points: regularly(dayMs, (at) => (at < dayMs / 2 ? 1 : 2)),
        },
      ],
    };
    const decision = ask([verify, load, restarted]);
    expect(openRules(decision)).toEqual(['soakDuration']);
    expect(reasons(decision).join()).toContain('got 12h');
    expect(openWithSoak(restarted, { soakDurationMs: dayMs / 2 })).toEqual([]);
  });

  it('on a clock driven by hand is no soak of a deployment', () => {
    const compressed = {
      ...soak,
      settings: { ...soak.settings, compress: true },
      startedAt: new Date(Date.parse(soak.endedAt) - 5 * minuteMs).toISOString(),
    };
    expect(openWithSoak(compressed)).toEqual(['soakDuration']);
  });

  it('must be steady in memory, open files and sessions: growth is a no-go, and so is not knowing', () => {
    const growths: readonly (readonly [string, (at: number) => number])[] = [
      ['resident-memory', (at) => 80e6 + 12e6 * share(at)],
      ['open-files', (at) => 280 + Math.round(40 * share(at))],
      ['sessions-counted', (at) => 250 + Math.round(40 * share(at))],
    ];
    for (const [name, valueAt] of growths) {
      expect(openWithSoak(withSeries(soak, name, (_, at) => valueAt(at)))).toEqual(['steady']);
      expect(openWithSoak(withSeries(soak, name, null))).toEqual(['steady']);
    }
    const less = withSeries(soak, 'resident-memory', (_, at) => 80e6 + 6e6 * share(at));
    expect(openWithSoak(less)).toEqual([]);
    expect(openWithSoak(less, { maxGrowthPercent: 5 })).toEqual(['steady']);
  });
});

/** The same run, and shorter. */
function lasting(run: Evidence, lengthMs: number): Evidence {
  return {
    ...run,
    startedAt: new Date(Date.parse(run.endedAt) - lengthMs).toISOString(),
    settings: { ...run.settings, durationMs: lengthMs },
    series: run.series.map((one) => ({
      ...one,
      points: one.points.filter(([at]) => at <= lengthMs),
    })),
  };
}
