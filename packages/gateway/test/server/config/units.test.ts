import { describe, expect, it } from 'vitest';
import {
  formatDuration,
  formatSize,
  parseDuration,
  parsePercent,
  parseRate,
  parseSize,
  parseWholeRate,
} from '../../../src/server/config/units.ts';

describe('durations', () => {
  it.each([
    ['80ms', 80],
    ['25s', 25_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1500', 1500],
    ['1.5s', 1500],
    ['0.3s', 300],
    [' 25S ', 25_000],
    ['0', 0],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 'x', '-1s', '1e3', '25 s', '1d', '0.5ms', '1h30m', '99999999999999h', 'NaN', '٣s'])(
    '%j is no duration',
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );

  it.each([0, 1, 80, 1500, 25_000, 90_000, 120_000, 3_600_000])(
    '%d ms prints and reads back',
    (ms) => {
      expect(parseDuration(formatDuration(ms))).toBe(ms);
    },
  );

  it('prints in the largest whole unit', () => {
    expect([90_000, 120_000, 1500].map(formatDuration)).toEqual(['90s', '2m', '1500ms']);
  });
});

describe('sizes', () => {
  it.each([
    ['64kb', 65_536],
    ['1mb', 1_048_576],
    ['256MB', 268_435_456],
    ['1gb', 1_073_741_824],
    ['512', 512],
    ['512b', 512],
    ['0.5kb', 512],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '1k', '1tb', '-1kb', '0.3b', '1 mb'])('%j is no size', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it.each([0, 1, 1000, 65_536, 1_048_576])('%d bytes print and read back', (bytes) => {
    expect(parseSize(formatSize(bytes))).toBe(bytes);
  });
});

describe('rates', () => {
  it('a rate allows one second of itself at once', () => {
    expect(parseRate('50/s')).toEqual({ perSecond: 50, burst: 50 });
  });

  it('the burst is the factor times the rate, and never below one', () => {
    expect(parseRate('20/s', 10)).toEqual({ perSecond: 20, burst: 200 });
    expect(parseRate('0.1/s')).toEqual({ perSecond: 0.1, burst: 1 });
  });

  it.each(['', '50', '0/s', '-1/s', '50/m', '50/s/s', 'x/s'])('%j is no rate', (text) => {
    expect(parseRate(text)).toBeUndefined();
    expect(parseWholeRate(text)).toBeUndefined();
  });

  it('of whole numbers are never rounded: a fraction is none', () => {
    expect(['1/s', '50/s', '2.0/s'].map(parseWholeRate)).toEqual([1, 50, 2]);
    expect(['0.4/s', '1.4/s', '1.6/s'].map(parseWholeRate)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('percentages', () => {
  it.each([
    ['0', 0],
    ['100', 100],
    [' 12.5% ', 12.5],
    ['0.01', 0.01],
  ])('%j is %d', (text, percent) => {
    expect(parsePercent(text)).toBe(percent);
  });

  it.each(['', '-1', '100.01', '101', '0.001', '1e2', '%', '5 %', 'x'])('%j is none', (text) => {
    expect(parsePercent(text)).toBeUndefined();
  });
});
