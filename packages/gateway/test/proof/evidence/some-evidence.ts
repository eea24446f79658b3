import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import type { PlayedScenario, Verdict } from '../../../src/proof/scenarios/outcome.ts';

/** A scenario that was played, passed unless said otherwise. */
export function someScenario(given: Partial<PlayedScenario> = {}): PlayedScenario {
  return {
    name: 'limits/reloads-never-reach-the-limit',
    category: 'limits',
    claim: 'A close frees its slot at once.',
    covers: ['I3', 'FM-01'],
    round: 1,
    verdict: { outcome: 'passed' },
    startedAtMs: 1_000,
    tookMs: 500,
    samples: [{ name: 'connect', unit: 'ms', value: 2.5, atMs: 10 }],
    marks: [{ kind: 'fault', what: 'froze a client', atMs: 20 }],
    ...given,
  };
}

/** A verdict of failure. */
export const someFailure: Verdict = {
  outcome: 'failed',
  cause: 'Slots are not given back when a client closes.',
  expected: 'a count of 0',
  got: '5',
};

/** Evidence of a run of a minute that went well. */
export function someEvidence(given: Partial<Evidence> = {}): Evidence {
  const scenarios = given.scenarios ?? [someScenario()];
  return {
    format: 'holdfast-evidence/1',
    kind: 'verify',
    commit: '0123456789abcdef0123456789abcdef01234567',
    version: '0.1.0',
    startedAt: '2026-11-20T10:00:00.000Z',
    endedAt: '2026-11-20T10:01:00.000Z',
    isComplete: true,
    target: { name: 'holdfast (test)', url: null, environment: 'test' },
    settings: { seed: 1, repeat: 1, pattern: null, failFast: false },
    machine: { node: 'v20.20.2', platform: 'linux', cpus: 2 },
    planned: scenarios.map(({ name }) => name),
    samples: [{ name: 'creation', unit: 'ms', values: [1.5, 0.25, 3] }],
    series: [
      {
        name: 'resident-memory',
        unit: 'bytes',
        points: [
          [0, 50_000_000],
          [30_000, 50_100_000],
        ],
      },
    ],
    marks: [{ atMs: 100, kind: 'note', what: 'warm' }],
    ...given,
    scenarios,
  };
}
