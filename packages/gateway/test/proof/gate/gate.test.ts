import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeJunit } from '../../../src/proof/evidence/junit.ts';
import { seal } from '../../../src/proof/evidence/seal.ts';
import { writeReport } from '../../../src/proof/report/write-report.ts';
import { leavesOf, withLeaf } from '../evidence/leaves.ts';
import { someFailure, someScenario } from '../evidence/some-evidence.ts';
import { ask, askAboutSealed, askAboutTexts, now, openRules, reasons } from './ask-gate.ts';
import { goodRuns } from './good-runs.ts';

const { verify, load, soak } = goodRuns(now);
const key = 'a key that nobody else has: 32 bytes';
const hourMs = 3_600_000;

describe('the gate', () => {
  it('lets a deployment to production go with a verify, a load and a soak of a day that met everything', () => {
    const decision = ask([verify, load, soak]);
    expect(reasons(decision)).toEqual([]);
    expect(decision.isGo).toBe(true);
  });

  it.each([
    ['staging', [verify], ['load', 'cleanupSuccessAbovePercent']],
    ['staging', [load], ['verify', 'requiredScenarios']],
    ['staging', [verify, load], []],
    ['production', [verify, load], ['soak']],
    ['production', [verify, soak], ['load']],
    [null, [verify], []],
    [null, [load], []],
    [null, [], ['commit']],
  ] as const)('for %s wants every run it takes %#', (destination, runs, open) => {
    expect(openRules(ask(runs, { destination }))).toEqual(open);
  });

  it('takes no part of a run for all of it', () => {
    const cutShort = { ...soak, isComplete: false };
    expect(openRules(ask([verify, load, cutShort]))).toEqual(['completeness']);
    const unplayed = { ...verify, isComplete: false, planned: [...verify.planned, 'race/x'] };
    expect(reasons(ask([unplayed, load, soak])).join()).toContain('race/x not');
  });

  it('wants one commit with no file changed, the one that is deployed', () => {
    const other = { ...load, commit: 'f'.repeat(40) };
    expect(openRules(ask([verify, other, soak]))).toEqual(['commit']);
    for (const commit of [null, `${'a'.repeat(40)}+`]) {
      const runs = [verify, load, soak].map((run) => ({ ...run, commit }));
      expect(openRules(ask(runs))).toEqual(['commit']);
    }
    expect(ask([verify, load, soak], { commit: '0123456789' }).isGo).toBe(true);
    expect(openRules(ask([verify, load, soak], { commit: '0123456780' }))).toEqual(['commit']);
  });

  it('FM-91 refuses evidence that is stale, and takes it at the very age', () => {
    const atEdge = { now: now + 23 * hourMs };
    expect(ask([verify, load, soak], atEdge).isGo).toBe(true);
    expect(openRules(ask([verify, load, soak], { now: atEdge.now + 1 }))).toEqual(['maxAge']);
  });

  it('refuses evidence of the future, and forgives a minute between two clocks', () => {
    expect(ask([verify, load, soak], { now: now - 61 * 60_000 }).isGo).toBe(true);
    const decision = ask([verify, load, soak], { now: now - 61 * 60_000 - 1 });
    expect(openRules(decision)).toEqual(['consistency']);
    expect(reasons(decision)[0]).toContain('which has not come yet');
  });

  it('refuses a failed scenario, and says which and why', () => {
    const failed = someScenario({ startedAtMs: 20_000, verdict: someFailure });
    const scenarios = [...verify.scenarios, failed];
    const planned = scenarios.map(({ name }) => name);
    const decision = ask([{ ...verify, scenarios, planned }, load, soak]);
    expect(openRules(decision)).toEqual(['scenarios']);
    expect(reasons(decision)[0]).toContain(
      'limits/reloads-never-reach-the-limit (Slots are not given back when a client closes.)',
    );
  });

  it('takes a scenario that was not applicable for no proof of what the policy wants', () => {
    const skipped = {
      ...verify,
      scenarios: verify.scenarios.map((one) => ({
        ...one,
        verdict: { outcome: 'not-applicable' as const, why: 'The target has no stats.' },
      })),
    };
    const decision = ask([skipped, load, soak]);
    expect(openRules(decision)).toEqual(['scenarios', 'requiredScenarios']);
    expect(reasons(decision).join()).toContain('not applicable (The target has no stats.)');
    // Another run in which it passed makes up for it, though not for the run in which nothing was played.
    expect(openRules(ask([skipped, verify, load, soak]))).toEqual(['scenarios']);
  });

  it('refuses what cannot be read, and says what it is instead', () => {
    const text = JSON.stringify(seal(load));
    for (const [content, problem] of [
      ['', 'is not JSON'],
      [text.slice(0, -10), 'is not JSON'],
      ['[]', 'is no evidence of a run'],
      ['null', 'is no evidence of a run'],
      [text.replace('"endedAt"', '"endedAtAll"'), 'endedAt'],
    ] as const) {
      const decision = askAboutTexts([content], { destination: null });
      expect(decision.isGo).toBe(false);
      expect(reasons(decision)[0]).toContain(problem);
    }
  });
});

describe('evidence made to break the gate', () => {
  it('is a no-go, however deep it goes', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    const text = JSON.stringify(seal(load));
    for (const member of ['{', '"settings":{', '"target":{']) {
      const planted = text.replace(member, `${member}"__proto__":${deep},`);
      expect(askAboutTexts([planted], { destination: null }).isGo).toBe(false);
    }
    expect(askAboutTexts([deep], { destination: null }).isGo).toBe(false);
  });

  it('gets an answer and a report, whatever its numbers and texts are', () => {
    const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
    const time = fc.oneof(fc.double({ noNaN: true, min: 0, max: 1e308 }), fc.nat());
    const name = fc.oneof(
      fc.constantFrom(...load.series.map((one) => one.name), 'creations', 'creation'),
      fc.string(),
    );
    const series = fc.array(
      fc.record({ name, unit: fc.string(), points: fc.array(fc.tuple(time, number)) }),
    );
    const samples = fc.array(
      fc.record({ name, unit: fc.constantFrom('ms', 'code', ''), values: fc.array(number) }),
    );
    fc.assert(
      fc.property(
        series,
        samples,
        fc.constantFrom('load', 'soak', 'verify'),
        (lines, lists, kind) => {
          const evidence = seal({ ...load, kind, series: lines, samples: lists });
          expect(askAboutSealed([evidence]).isGo).toBe(false);
          expect(writeReport(evidence)).toContain('</html>');
          expect(writeJunit(evidence)).toContain('</testsuites>');
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('evidence that was tampered with', () => {
  it('is refused whichever leaf of it was changed, left out or added', () => {
    // A short run with something in every member.
    const whole = seal({
      ...verify,
      settings: { seed: 1, env: 'test', failFast: false, pattern: null },
    });
    expect(askAboutSealed([whole], { destination: null }).isGo).toBe(true);
    let count = 0;
    for (const { path, value } of leavesOf(whole)) {
      for (const other of changesOf(value)) {
        const text = JSON.stringify(withLeaf({ ...whole }, path, other));
        if (text === JSON.stringify(whole)) continue;
        count += 1;
        const { isGo } = askAboutTexts([text], { destination: null });
        expect({ path, other, isGo }).toEqual({ path, other, isGo: false });
      }
    }
    expect(count).toBeGreaterThan(300);
  });

  it('with a digest made anew is caught by the key: unsigned, or signed by somebody else', () => {
    const slow = { ...load, samples: load.samples.filter(({ name }) => name === 'connect') };
    const honest = [verify, slow, soak].map((run) => seal(run, key));
    expect(askAboutSealed(honest, { key }).isGo).toBe(true);
    const forged = { ...load, commit: verify.commit };
    const [first, , last] = honest;
    for (const fake of [seal(forged), seal(forged, 'another key, also of 32 bytes or more')]) {
      const files = [first!, fake, last!];
      expect(openRules(askAboutSealed(files, { key }))).toEqual(['signature']);
      // Without the key nobody can tell.
      expect(askAboutSealed(files).isGo).toBe(true);
    }
  });

  it('keeps no good name by a signature of other evidence', () => {
    const { signature } = seal(load, key);
    const moved = { ...seal(soak), signature };
    expect(openRules(askAboutSealed([moved], { key, destination: null }))).toEqual([
      'digest',
      'signature',
    ]);
  });
});

function changesOf(value: unknown): readonly unknown[] {
  const near = typeof value === 'number' ? [value + 1, value - 0.5] : [`${String(value)}0`];
  return [undefined, null, 'x', 0, 1, true, false, [], ...near];
}
