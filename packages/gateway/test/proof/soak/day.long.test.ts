import { describe, expect, it } from 'vitest';
import { growthOf } from '../../../src/proof/gate/judge-soak.ts';
import { seedPolicy } from '../../../src/proof/gate/policy.ts';
import { Measures } from '../../../src/proof/load/measures.ts';
import { runCompressedDay } from '../../../src/proof/soak/compressed-day.ts';
import { usualSoak } from '../../../src/proof/soak/soak-plan.ts';
import { someEvidence } from '../evidence/some-evidence.ts';

/** A day; `look` is called at every look at it. */
async function liveThrough(look: () => void): Promise<Measures> {
  const measures = new Measures();
  await runCompressedDay({
    plan: { ...usualSoak, seed: 20_261_123 },
    environment: 'production',
    measures,
    mark: () => {},
    tell: look,
    signal: new AbortController().signal,
  });
  return measures;
}

function valuesOf(measures: Measures, name: string): number[] {
  const series = measures.series.find((one) => one.name === name);
  return (series?.points ?? []).map(([, value]) => value);
}

describe('a day of sessions', () => {
  it('I1 I3 I5 FM-14 ends with as many as there are, nobody refused, and nothing that has piled up', async () => {
    const measures = await liveThrough(() => {});
    expect(measures.countOf('refused')).toBe(0);
    expect(measures.countOf('ended')).toBe(0);
    expect(measures.countOf('connect')).toBeGreaterThan(130_000);
    expect(new Set(valuesOf(measures, 'sessions-counted'))).toEqual(new Set([250]));
    expect(new Set(valuesOf(measures, 'drift'))).toEqual(new Set([0]));
    expect(new Set(valuesOf(measures, 'sweep-up'))).toEqual(new Set([1]));
    expect(valuesOf(measures, 'sweep-runs').at(-1)).toBe(288);
    expect(Math.max(...valuesOf(measures, 'log-memory'))).toBeLessThan(150_000);
    const growth = growthOf(someEvidence({ series: measures.series }), seedPolicy, 'heap-used');
    expect(growth.outcome).toBe('steady');
  });

  it('I5 in which something is kept that should go is seen to grow', async () => {
    const kept: number[][] = [];
    // 20 KB at each of 144 looks: less than 3 MB of a heap that has ten.
    const measures = await liveThrough(
      () => void kept.push(Array.from({ length: 2_500 }, Math.random)),
    );
    expect(kept.length).toBeGreaterThan(140);
    const growth = growthOf(someEvidence({ series: measures.series }), seedPolicy, 'heap-used');
    expect(growth.outcome).toBe('growing');
  });
});
