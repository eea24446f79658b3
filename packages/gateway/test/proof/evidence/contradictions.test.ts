import { describe, expect, it } from 'vitest';
import { findContradictions } from '../../../src/proof/evidence/contradictions.ts';
import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import { someEvidence, someScenario } from './some-evidence.ts';

const now = Date.parse('2026-11-21T00:00:00Z');
/** The run takes a minute; its end may be off by a second and a thousandth. */
const latestMs = 61_060;

function found(given: Partial<Evidence>): readonly string[] {
  return findContradictions(someEvidence(given), now);
}

describe('evidence contradicts itself', () => {
  it('nowhere where a run was kept as it was', () => {
    expect(found({})).toEqual([]);
    expect(found({ scenarios: [], planned: [] })).toEqual([]);
  });

  it.each<[string, Partial<Evidence>, string]>([
    [
      'ends before it starts',
      { startedAt: '2026-11-20T10:01:00.001Z', scenarios: [], series: [] },
      'before it started',
    ],
    ['ends in the future', { endedAt: '2026-11-21T00:01:00.001Z' }, 'has not come yet'],
    [
      'is said to have taken longer',
      { settings: { durationMs: latestMs + 1 } },
      'and took 60000 ms',
    ],
    ['has a scenario nobody planned', { planned: [] }, 'more often than it was planned'],
    [
      'is complete, and is not',
      { planned: ['limits/reloads-never-reach-the-limit', 'race/a'] },
      'race/a was not played',
    ],
    [
      'has a round twice',
      { scenarios: [someScenario(), someScenario({ startedAtMs: 2_000 })] },
      'is there twice',
    ],
    [
      'has a scenario of after its end',
      { scenarios: [someScenario({ startedAtMs: latestMs - 499 })] },
      'ended after the run did',
    ],
    [
      'plays two at a time',
      {
        scenarios: [
          someScenario({ tookMs: 5_000 }),
          someScenario({ round: 2, startedAtMs: 4_999 }),
        ],
      },
      'began before the one ahead of it had ended',
    ],
    [
      'has a sample of after its scenario',
      {
        scenarios: [someScenario({ samples: [{ name: 'x', unit: 'ms', value: 1, atMs: 1_501 }] })],
      },
      'of after its end',
    ],
    [
      'has a mark of after its scenario',
      { scenarios: [someScenario({ marks: [{ kind: 'note', what: 'x', atMs: 1_501 }] })] },
      'of after its end',
    ],
    [
      'has a time below zero',
      { samples: [{ name: 'x', unit: 'ms', values: [-0.1] }] },
      'below zero',
    ],
    [
      'has a time longer than the run',
      { samples: [{ name: 'x', unit: 'ms', values: [latestMs + 1] }] },
      'longer than the run',
    ],
    [
      'has points out of order',
      {
        series: [
          {
            name: 'x',
            unit: '',
            points: [
              [2, 0],
              [1, 0],
            ],
          },
        ],
      },
      'not in the order',
    ],
    [
      'has a point of after its end',
      { series: [{ name: 'x', unit: '', points: [[latestMs + 1, 0]] }] },
      'after the end of the run',
    ],
    [
      'has a mark of after its end',
      { marks: [{ kind: 'note', what: 'x', atMs: latestMs + 1 }] },
      'marks of after the end',
    ],
    [
      'counts less than none',
      { series: [{ name: 'pressure-reaps-failed', unit: 'reaps', points: [[0, -1]] }] },
      'falls below zero',
    ],
    [
      'has two lists of one name',
      {
        samples: [{ name: 'x', unit: 'ms', values: [] }],
        series: [{ name: 'x', unit: 'ms', points: [] }],
      },
      '`x` is there twice',
    ],
  ])('where it %s', (_, given, words) => {
    const planned = given.planned ?? given.scenarios?.map(({ name }) => name);
    const contradictions = found({ ...given, ...(planned !== undefined && { planned }) });
    expect(contradictions).toHaveLength(1);
    expect(contradictions[0]).toContain(words);
  });

  it('nowhere at the very edge of all that', () => {
    const edge: Partial<Evidence> = {
      endedAt: '2026-11-20T10:01:00.000Z',
      settings: { durationMs: latestMs },
      scenarios: [
        someScenario({
          tookMs: 5_000,
          samples: [{ name: 'x', unit: 'ms', value: 1, atMs: 6_000 }],
        }),
        someScenario({ round: 2, startedAtMs: 5_000, tookMs: latestMs - 5_000 }),
      ],
      samples: [{ name: 'x', unit: 'ms', values: [0, latestMs] }],
      series: [
        {
          name: 'y',
          unit: '',
          points: [
            [0, 1],
            [0, 2],
            [latestMs, 0],
          ],
        },
      ],
      marks: [{ kind: 'note', what: 'x', atMs: latestMs }],
    };
    expect(found(edge)).toEqual([]);
    expect(found({ endedAt: '2026-11-21T00:01:00.000Z' })).toEqual([]);
    // A scenario counts once for each time it was planned.
    const twice = [someScenario(), someScenario({ round: 2, startedAtMs: 2_000 })];
    expect(found({ scenarios: twice, planned: twice.map(({ name }) => name) })).toEqual([]);
  });

  it('not by times that were driven by hand', () => {
    const day = 86_400_000;
    const settings = { compress: true, durationMs: day };
    const series = [
      {
        name: 'x',
        unit: '',
        points: [
          [0, 1],
          [day, 1],
        ] as const,
      },
    ];
    expect(found({ settings, series })).toEqual([]);
    expect(found({ settings: { ...settings, compress: false }, series }).length).toBeGreaterThan(0);
  });
});
