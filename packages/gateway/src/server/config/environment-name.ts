import { shown } from './config-error.ts';
import type { EnvironmentName } from './serve-config.ts';

/** One place that may name the environment, and what stands there. */
export interface EnvironmentSource {
  readonly label: string;
  readonly value: string | undefined;
}

/** The environment in force; `note` is there when the name given is not a known one. */
export interface ResolvedEnvironment {
  readonly environment: EnvironmentName;
  readonly note?: string;
}

const NAMES: ReadonlyMap<string, EnvironmentName> = new Map([
  ['test', 'test'],
  ['testing', 'test'],
  ['ci', 'ci'],
  ['development', 'development'],
  ['dev', 'development'],
  ['staging', 'staging'],
  ['production', 'production'],
  ['prod', 'production'],
]);

/**
 * The first source that says anything decides; letter case does not matter and an empty name is as
 * good as none. Nothing said is production; an unknown name behaves as production, with a note.
 */
export function resolveEnvironment(sources: readonly EnvironmentSource[]): ResolvedEnvironment {
  for (const { label, value } of sources) {
    const given = value?.trim() ?? '';
    if (given === '') continue;
    const environment = NAMES.get(given.toLowerCase());
    if (environment !== undefined) return { environment };
    return {
      environment: 'production',
      note:
        `Expected ${label} to be test, ci, development, staging or production, ` +
        `got ${shown(given)}: it behaves as production.`,
    };
  }
  return { environment: 'production' };
}
