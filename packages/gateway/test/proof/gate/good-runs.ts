import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import { seedPolicy } from '../../../src/proof/gate/policy.ts';
import { someEvidence, someScenario } from '../evidence/some-evidence.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

/** Evidence with which a deployment to production goes ahead. */
export interface GoodRuns {
  readonly verify: Evidence;
  readonly load: Evidence;
  readonly soak: Evidence;
}

/** A value of a series about 240 times in a day, each minute in a shorter time. */
export function regularly(
  lengthMs: number,
  valueAt: (atMs: number) => number,
): readonly (readonly [number, number])[] {
  const stepMs = lengthMs === dayMs ? 6 * minuteMs : minuteMs;
  return Array.from({ length: lengthMs / stepMs + 1 }, (_, index) => {
    const atMs = index * stepMs;
    return [atMs, valueAt(atMs)] as const;
  });
}

/** Runs that ended an hour before `now`. */
export function goodRuns(now: number): GoodRuns {
  return { verify: goodVerify(now), load: goodLoad(now), soak: goodSoak(now) };
}

function goodVerify(now: number): Evidence {
  const scenarios = seedPolicy.requiredScenarios.map((pattern, index) =>
    someScenario({
      name: `limits/number-${index}`,
      covers: [`seed: ${pattern.replaceAll('*', 'x')}`],
      startedAtMs: 1_000 * index,
    }),
  );
  return someEvidence({ ...span(now, minuteMs), scenarios });
}

function goodLoad(now: number): Evidence {
  return someEvidence({
    ...span(now, 10 * minuteMs),
    kind: 'load',
    settings: { users: 50, sessions: 5, durationMs: 10 * minuteMs },
    scenarios: [],
    samples: clientSamples,
    series: targetSeries(10 * minuteMs),
  });
}

function goodSoak(now: number): Evidence {
  return someEvidence({
    ...span(now, dayMs),
    kind: 'soak',
    settings: { users: 50, sessions: 5, durationMs: dayMs },
    scenarios: [],
    samples: clientSamples,
    series: [
      ...targetSeries(dayMs),
      // Up until the collector runs, and down again.
      {
        name: 'resident-memory',
        unit: 'bytes',
        points: regularly(dayMs, (atMs) => 80e6 + 1e3 * ((atMs / minuteMs / 6) % 7)),
      },
      { name: 'open-files', unit: 'files', points: regularly(dayMs, () => 280) },
    ],
  });
}

const clientSamples: Evidence['samples'] = [
  { name: 'connect', unit: 'ms', values: Array.from({ length: 300 }, (_, index) => index / 10) },
  { name: 'creation', unit: 'ms', values: Array.from({ length: 300 }, (_, index) => index / 100) },
  { name: 'refused', unit: 'code', values: [] },
];

function targetSeries(lengthMs: number): Evidence['series'] {
  const points = (valueAt: (atMs: number) => number): Evidence['series'][number]['points'] =>
    regularly(lengthMs, valueAt);
  return [
    { name: 'sessions', unit: 'sessions', points: points(() => 250) },
    { name: 'sessions-counted', unit: 'sessions', points: points(() => 250) },
    { name: 'sweep-up', unit: '0 or 1', points: points(() => 1) },
    { name: 'drift', unit: 'sessions', points: points(() => 0) },
    { name: 'pressure-reaps-successful', unit: 'reaps', points: points((at) => at / minuteMs) },
    { name: 'pressure-reaps-failed', unit: 'reaps', points: points(() => 0) },
  ];
}

function span(now: number, lengthMs: number): Pick<Evidence, 'startedAt' | 'endedAt'> {
  const endedAt = now - 60 * minuteMs;
  return {
    startedAt: new Date(endedAt - lengthMs).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
  };
}

/** What a target says of a hundred creations: how many took no longer than each of these milliseconds. */
export function creationCounts(within: Readonly<Record<number, number>>): Evidence['series'] {
  let last = 0;
  const counts = [1, 5, 10, 25, 50, 100, 500, 1_000].map((edgeMs) => {
    last = within[edgeMs] ?? last;
    return [`creations-within-${edgeMs}ms`, last] as const;
  });
  return [...counts, ['creations', 100] as const].map(([name, count]) => ({
    name,
    unit: 'sessions',
    points: [
      [0, 7],
      [minuteMs, 7 + count],
    ],
  }));
}
