import { describe, expect, it } from 'vitest';
import { detectEnvironment, sweepIntervalMs } from '../../src/core/environment.ts';
import { resolveSettings } from '../../src/core/options.ts';

const table = [
  ['test', 'test', true, 30_000],
  ['testing', 'test', true, 30_000],
  ['ci', 'ci', true, 30_000],
  ['development', 'development', true, 120_000],
  ['dev', 'development', true, 120_000],
  ['staging', 'staging', true, 300_000],
  ['production', 'production', true, 300_000],
  ['prod', 'production', true, 300_000],
  ['Production', 'production', true, 300_000],
  [' TEST ', 'test', true, 30_000],
  ['', 'production', true, 300_000],
  [undefined, 'production', true, 300_000],
  ['garbage', 'production', false, 300_000],
  ['__proto__', 'production', false, 300_000],
  ['constructor', 'production', false, 300_000],
] as const;

describe('FM-64 the environment', () => {
  it.each(table)('%j is %s (known: %s) and sweeps every %d ms', (name, environment, known, ms) => {
    expect(detectEnvironment(name)).toEqual({ environment, known });
    expect(sweepIntervalMs(environment)).toBe(ms);
    expect(resolveSettings({ environment: name })).toMatchObject({
      environment,
      cleanupIntervalMs: ms,
    });
  });

  it('gives way to an explicit interval', () => {
    const { cleanupIntervalMs } = resolveSettings({ environment: 'test', cleanupIntervalMs: 777 });
    expect(cleanupIntervalMs).toBe(777);
  });
});
