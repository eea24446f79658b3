import { describe, expect, it } from 'vitest';
import { detectEnvironment, sweepIntervalMs } from '../../src/core/environment.ts';

const table = [
  ['test', 'test', 30_000, true],
  ['testing', 'test', 30_000, true],
  ['ci', 'ci', 30_000, true],
  ['CI', 'ci', 30_000, true],
  ['dev', 'development', 120_000, true],
  ['development', 'development', 120_000, true],
  ['staging', 'staging', 300_000, true],
  ['Staging ', 'staging', 300_000, true],
  ['prod', 'production', 300_000, true],
  ['production', 'production', 300_000, true],
  ['Production', 'production', 300_000, true],
  ['', 'production', 300_000, true],
  ['  ', 'production', 300_000, true],
  [undefined, 'production', 300_000, true],
  ['garbage', 'production', 300_000, false],
  ['tests', 'production', 300_000, false],
  ['constructor', 'production', 300_000, false],
  ['__proto__', 'production', 300_000, false],
  ['toString', 'production', 300_000, false],
] as const;

describe('FM-64 the environment named', () => {
  it.each(table)(
    '%j is %s, swept every %d ms, and known: %s',
    (name, environment, everyMs, known) => {
      expect(detectEnvironment(name)).toEqual({ environment, known });
      expect(sweepIntervalMs(environment)).toBe(everyMs);
    },
  );
});
