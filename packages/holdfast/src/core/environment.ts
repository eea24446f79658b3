/** Where the process runs. Only the interval of the sweep depends on it. */
export type Environment = 'test' | 'ci' | 'development' | 'staging' | 'production';

const sweepIntervals: Readonly<Record<Environment, number>> = {
  test: 30_000,
  ci: 30_000,
  development: 120_000,
  staging: 300_000,
  production: 300_000,
};

const otherNames: Readonly<Record<string, Environment>> = {
  test: 'test',
  testing: 'test',
  ci: 'ci',
  dev: 'development',
  development: 'development',
  staging: 'staging',
  prod: 'production',
  production: 'production',
};

/** An environment and whether its name was one we know. */
export interface DetectedEnvironment {
  readonly environment: Environment;
  readonly known: boolean;
}

/** The environment of that name, in any letter case; no name, an empty one or an unknown one is production. */
export function detectEnvironment(name: string | undefined): DetectedEnvironment {
  const key = (name ?? '').trim().toLowerCase();
  const environment = Object.hasOwn(otherNames, key) ? otherNames[key] : undefined;
  return {
    environment: environment ?? 'production',
    known: environment !== undefined || key === '',
  };
}

/** Milliseconds between two sweeps. */
export function sweepIntervalMs(environment: Environment): number {
  return sweepIntervals[environment];
}
