import { shown } from '../../server/config/config-error.ts';
import { findNearestName } from '../../server/config/nearest-name.ts';
import { wrongUsage } from '../command-failure.ts';

const environments = ['test', 'ci', 'development', 'staging', 'production'];

/** The name of an environment; null where nothing was said. @throws CommandFailure */
export function readEnvironment(given: string | undefined): string | null {
  if (given === undefined) return null;
  const name = given.trim().toLowerCase();
  if (environments.includes(name)) return name;
  const nearest = findNearestName(name, environments) ?? '';
  throw wrongUsage(
    `Expected \`--env\` to be one of ${environments.join(', ')}, got ${shown(given)}. The nearest is \`${nearest}\`.`,
  );
}
