import { describe, expect, it } from 'vitest';
import { GIVEN, resolve } from './sources.ts';

describe('the environment', () => {
  it.each([
    [{}, 'production'],
    [{ NODE_ENV: 'test' }, 'test'],
    [{ NODE_ENV: 'test', ENVIRONMENT: 'staging' }, 'staging'],
    [{ NODE_ENV: 'test', ENVIRONMENT: 'staging', HOLDFAST_ENV: 'ci' }, 'ci'],
    [{ NODE_ENV: 'test', ENVIRONMENT: '', HOLDFAST_ENV: '' }, 'test'],
    [{ HOLDFAST_ENV: ' Testing ' }, 'test'],
    [{ HOLDFAST_ENV: 'PROD' }, 'production'],
    [{ HOLDFAST_ENV: 'Dev' }, 'development'],
  ])('%j means %s', (env, environment) => {
    const { config, notes } = resolve({ flags: GIVEN, env });
    expect(config.environment).toBe(environment);
    expect(notes).toEqual([]);
  });

  it('the flag wins over all variables', () => {
    const sources = { flags: { ...GIVEN, env: 'staging' }, env: { HOLDFAST_ENV: 'ci' } };
    expect(resolve(sources).config.environment).toBe('staging');
  });

  it('the settings file wins over ENVIRONMENT and NODE_ENV, not over HOLDFAST_ENV', () => {
    const flags = { ...GIVEN, config: 'f.yaml' };
    const file = 'env: staging';
    expect(resolve({ flags, file, env: { NODE_ENV: 'test' } }).config.environment).toBe('staging');
    expect(resolve({ flags, file, env: { HOLDFAST_ENV: 'ci' } }).config.environment).toBe('ci');
  });

  it('an unknown name behaves as production and is noted with the place it came from', () => {
    const { config, notes } = resolve({ flags: GIVEN, env: { ENVIRONMENT: 'qa' } });
    expect(config.environment).toBe('production');
    expect(notes).toEqual([
      'Expected ENVIRONMENT to be test, ci, development, staging or production, got `qa`: it behaves as production.',
    ]);
  });
});
