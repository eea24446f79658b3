import { describe, expect, it } from 'vitest';
import { Measures } from '../../../src/proof/load/measures.ts';
import { readExposition } from '../../../src/proof/observe-target.ts';

const connect = { name: 'connect', unit: 'ms' };

describe('what is measured', () => {
  it('is kept value by value, to the microsecond, in its order', () => {
    const measures = new Measures();
    for (let at = 0; at < 1_000; at += 1) measures.sample(connect, at + 0.123_456);
    const [samples] = measures.samples;
    expect(samples?.values).toEqual(Array.from({ length: 1_000 }, (_, at) => at + 0.123));
    expect(measures.countOf('connect')).toBe(1_000);
    expect(measures.countOf('never measured')).toBe(0);
  });

  it('has quantiles of what came since they were last asked for', () => {
    const measures = new Measures();
    for (let at = 1; at <= 100; at += 1) measures.sample(connect, at);
    const first = measures.takeQuantiles('connect');
    expect(first).toMatchObject({ count: 100 });
    expect(first?.p50).toBeCloseTo(50, 0);
    expect(first?.p99).toBeCloseTo(99, 0);
    expect(measures.takeQuantiles('connect')).toBeNull();
    measures.sample(connect, 7);
    expect(measures.takeQuantiles('connect')).toMatchObject({ count: 1 });
  });

  it('is told to a listener as it is kept', () => {
    const heard: unknown[] = [];
    const measures = new Measures();
    measures.listener = {
      sample: ({ name }, value) => void heard.push([name, value]),
      point: ({ name }, atMs, value) => void heard.push([name, atMs, value]),
    };
    measures.sample(connect, 1.5);
    measures.point({ name: 'sessions', unit: 'sessions' }, 10, 250);
    expect(heard).toEqual([
      ['connect', 1.5],
      ['sessions', 10, 250],
    ]);
    expect(measures.series).toEqual([{ name: 'sessions', unit: 'sessions', points: [[10, 250]] }]);
  });
});

describe('a scrape', () => {
  it('is read as the sum of each metric, and each label alone', () => {
    const text = `# HELP a Of something.
# TYPE a counter
a{result="successful"} 3
a{result="failed"} 1
b 2.5e3
`;
    const found = readExposition(text);
    expect(found.get('a')).toBe(4);
    expect(found.get('a{result="failed"}')).toBe(1);
    expect(found.get('b')).toBe(2_500);
    expect(found.get('c')).toBeUndefined();
  });
});
