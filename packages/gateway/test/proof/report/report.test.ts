import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import { seal } from '../../../src/proof/evidence/seal.ts';
import { writeReport } from '../../../src/proof/report/write-report.ts';
import { now } from '../gate/ask-gate.ts';
import { creationCounts, goodRuns } from '../gate/good-runs.ts';
import { someEvidence, someFailure, someScenario } from '../evidence/some-evidence.ts';
import { recompute } from './recompute.ts';

const { load, soak } = goodRuns(now);
const nasty = `</script></style></title></bdi></svg>"'\`<img src=x onerror=alert(1)><script>alert(2)</script>\u202E\u0000&amp;\uD800`;

function report(given: Partial<Evidence>): string {
  return writeReport(seal(someEvidence(given)));
}

/** A run of scenarios with every verdict. */
const mixed = someEvidence({
  scenarios: [
    someScenario(),
    someScenario({ round: 2, startedAtMs: 1_600, verdict: someFailure, tookMs: 1_234.5 }),
    someScenario({
      name: 'race/x',
      startedAtMs: 3_000,
      verdict: { outcome: 'not-applicable', why: 'No stats.' },
    }),
  ],
  planned: [
    'limits/reloads-never-reach-the-limit',
    'limits/reloads-never-reach-the-limit',
    'race/x',
    'race/never',
  ],
  isComplete: false,
});

/** A load in which something of everything happened. */
const rough: Evidence = {
  ...load,
  samples: [
    ...load.samples,
    { name: 'refused', unit: 'code', values: [4429, 1006] },
    { name: 'ended', unit: 'code', values: [4408] },
  ].filter(({ values }) => values.length > 0),
};

/** A load whose creations were only counted by the target. */
const counted: Evidence = {
  ...load,
  samples: load.samples.filter(({ name }) => name !== 'creation'),
  series: [...load.series, ...creationCounts({ 1: 90, 5: 98, 10: 99, 25: 100 })],
};

describe('the numbers of a report', () => {
  it.each<[string, Evidence]>([
    ['scenarios', mixed],
    ['a load', load],
    ['a load that went wrong', rough],
    ['a load whose creations were counted', counted],
    ['a soak', soak],
    ['a soak without a thing', { ...soak, samples: [], series: [], marks: [] }],
    ['nothing', someEvidence({ scenarios: [], samples: [], series: [], marks: [] })],
  ])('of %s are those that raw values give, computed a second time', (_, evidence) => {
    const page = writeReport(seal(evidence));
    for (const { of, value, text } of figuresOf(page)) {
      const again = recompute(of, evidence);
      if (isTrend(of)) continue;
      expect({ of, value: again }).toEqual({ of, value });
      expect(digitsOf(text, value)).toBe(true);
    }
  });

  it('stand nowhere without their source', () => {
    for (const evidence of [mixed, load, rough, counted, soak]) {
      const page = writeReport(seal(evidence));
      const rest = page
        .replaceAll(/<style>.*?<\/style>|<head>.*?<\/head>|<title>.*?<\/title>/gs, '')
        .replaceAll(/<data .*?<\/data>/gs, '')
        // What the evidence or the policy says in words, and the words at axes.
        .replaceAll(/<bdi>.*?<\/bdi>|<text .*?<\/text>|<code.*?<\/code>/gs, '')
        .replaceAll(/<(td|span) class="(?:[a-z ]*)(?:ruling|policy)">.*?<\/\1>/gs, '')
        .replaceAll(/<[^>]*>/g, ' ')
        .replaceAll('&nbsp;', ' ');
      const allowed =
        /\b(?:99 of 100|99\.9 % within|9[059] % within|at 99 %|95 % confidence|24 hours|between 30 stretches)/g;
      expect(rest.replaceAll(allowed, '').match(/.{0,40}\d.{0,40}/g) ?? []).toEqual([]);
    }
  });

  it('of a trend are those of the growth that the gate judges', () => {
    const page = writeReport(seal(soak));
    const trends = figuresOf(page).filter(({ of }) => isTrend(of));
    expect(trends.length).toBeGreaterThan(8);
    // 80 MB with teeth of 6 kB, the same all day.
    const level = trends.find(({ of }) => of === 'level(series/resident-memory)');
    expect(level?.value).toBeGreaterThanOrEqual(80e6);
    expect(level?.value).toBeLessThanOrEqual(80.006e6);
    const slopes = trends.filter(({ of }) => of.startsWith('slope'));
    for (const { value } of slopes) expect(Math.abs(value)).toBeLessThan(10e3);
  });
});

const verdictOf = (given: Partial<Evidence>): string => {
  const page = report(given);
  const head = /<header class="verdict (\w+)">.*?<h1>(.*?)<\/h1>/s.exec(page);
  return `${head?.[1]}: ${head?.[2]?.replaceAll(/<[^>]*>/g, '')}`;
};

describe('a report', () => {
  it('is one page that loads nothing, runs nothing, and has the look it was given', () => {
    const page = report({});
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page)?.[1] ?? '';
    const style = /<style>(.*?)<\/style>/s.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(policy.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(page).not.toMatch(
      /<script|<link|<img|<iframe|\bsrc=|\bhref=|\bstyle=|\bon[a-z]+=|url\(|@import|https?:/i,
    );
  });

  it('lets no text of the evidence become markup', () => {
    const verdict = { outcome: 'failed', cause: nasty, expected: nasty, got: nasty } as const;
    const marks = [{ kind: 'fault', what: nasty, atMs: 1 }] as const;
    const samples = [{ name: nasty, unit: 'ms', value: 1, atMs: 1 }];
    const texts: Partial<Evidence> = {
      version: nasty,
      target: { name: nasty, url: nasty, environment: nasty },
      settings: { [nasty]: nasty },
      machine: { node: nasty, platform: nasty, cpus: 1 },
      scenarios: [
        someScenario({
          name: nasty,
          category: nasty,
          claim: nasty,
          covers: [nasty],
          verdict,
          marks,
          samples,
        }),
        someScenario({
          round: 2,
          startedAtMs: 2_000,
          verdict: { outcome: 'not-applicable', why: nasty },
        }),
      ],
      planned: [nasty, nasty],
      samples: [{ name: nasty, unit: 'ms', values: [1, 2] }],
      series: ['resident-memory', nasty].map((name) => ({
        name,
        unit: nasty,
        points: [
          [0, 1],
          [1, 2],
        ] as const,
      })),
      marks,
    };
    for (const kind of ['verify', 'soak'] as const) {
      const page = report({ ...texts, kind });
      expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;');
      expect(tagsOf(page).filter((tag) => /script|img|onerror/.test(tag))).toEqual([]);
      expect(page.match(/<\/(?:style|title|head)>/g)?.filter((tag) => tag !== '</title>')).toEqual([
        '</style>',
        '</head>',
      ]);
      expect(page).not.toMatch(/[\p{Cs}\0]/u);
    }
  });

  it('says in its first sentence how the run came out', () => {
    const passing = [someScenario(), someScenario({ round: 2, startedAtMs: 2_000 })];
    expect(verdictOf({ scenarios: passing })).toBe('good: All 2 scenarios passed.');
    expect(verdictOf({ ...mixed, isComplete: true })).toBe(
      'bad: 1 of 3 scenarios failed: limits/reloads-never-reach-the-limit. 1 could not be played against this target.',
    );
    expect(
      verdictOf({ planned: ['a/b', 'limits/reloads-never-reach-the-limit'], isComplete: false }),
    ).toContain('open: The run was ended early');
    expect(verdictOf({ scenarios: [] })).toContain('open: Nothing was shown');
    expect(verdictOf(load)).toContain('good: In 10 min the target kept to all 9 limits.');
    expect(verdictOf(rough)).toContain(
      'bad: In 10 min the target broke 3 of 9 limits: 1 refusal for the limit',
    );
    expect(verdictOf({ ...load, isComplete: false })).toContain(
      'open: The run was ended early, after 10 min',
    );
    expect(verdictOf({ ...load, series: [] })).toContain('open: No limit was broken');
  });

  it('puts failures first, with cause, expected and got', () => {
    const page = report(mixed);
    const body = page.slice(page.indexOf('</header>'));
    expect(body.indexOf('What failed')).toBeLessThan(body.indexOf('How long it took'));
    const outcomes = [...body.matchAll(/class="badge ([a-z-]+)"/g)].map((match) => match[1]);
    expect(outcomes).toEqual(['failed', 'not-applicable', 'passed', 'unknown']);
    expect(body).toMatch(/class="cause"><bdi>Slots are not given back/);
  });

  it('stays small where a run was long', () => {
    const points = Array.from(
      { length: 20_000 },
      (_, index) => [index * 4_000, index % 1_000] as const,
    );
    const marks = points
      .slice(0, 5_760)
      .map(([atMs]) => ({ atMs, kind: 'fault' as const, what: 'froze 10 clients' }));
    const long = { ...soak, marks, series: [{ name: 'resident-memory', unit: 'bytes', points }] };
    expect(writeReport(seal(long)).length).toBeLessThan(200_000);
  });
});

interface Figure {
  readonly of: string;
  readonly value: number;
  readonly text: string;
}

function figuresOf(page: string): readonly Figure[] {
  return [...page.matchAll(/<data value="([^"]*)" data-of="([^"]*)"[^>]*>([^<]*)<\/data>/g)].map(
    ([, value, of = '', text = '']) => ({ of, value: Number(value), text }),
  );
}

/** These come from the functions under test in statistics/ and gate/. */
function isTrend(of: string): boolean {
  return /^(?:slope|level|warm|rulings)/.test(of);
}

/** Whether the text is the number, rounded and in its unit. */
function digitsOf(text: string, value: number): boolean {
  if (/ (?:h|min)\b/.test(text)) return true;
  const factor = text.endsWith(' MB') ? 1e6 : text.endsWith(' s') ? 1e3 : 1;
  const shown = Number.parseFloat(text.replaceAll(',', '')) * factor;
  return Math.abs(shown - value) <= Math.max(Math.abs(value) * 0.006, 1e-9);
}

function tagsOf(page: string): readonly string[] {
  return [...page.matchAll(/<[a-z!/][^>]*>/gi)].map(([tag]) => tag.replaceAll(/"[^"]*"/g, '""'));
}
