import { ConfigError } from './config-error.ts';
import type { DevelopmentSecrets } from './development-secrets.ts';
import { resolveEnvironment } from './environment-name.ts';
import {
  type Findings,
  type Given,
  type GivenSources,
  findGivenText,
  gatherGiven,
} from './given-values.ts';
import { optionRows } from './option-names.ts';
import { parseOption } from './option-values.ts';
import {
  findContradictions,
  findMissingSecrets,
  findOddities,
  mayMakeUpSecrets,
} from './relations.ts';
import type { ServeConfig } from './serve-config.ts';

/** Where settings come from. Nothing else is read. */
export interface ConfigSources extends GivenSources {
  /**
   * Called only where secrets may be made up, only when one is missing and only when nothing else is
   * wrong: see `ensureDevelopmentSecrets`.
   */
  readonly makeSecrets: () => DevelopmentSecrets;
}

/** Settings that can be used, with what should be said about them when the gateway starts. */
export interface ResolvedConfig {
  readonly config: ServeConfig;
  /** Sentences for the log: ignored variables, an unknown environment, rarely meant combinations. */
  readonly notes: readonly string[];
  /** The secrets that were made up, so that a terminal can be told what they are. */
  readonly madeUp: readonly ('authSecret' | 'adminToken')[];
}

/**
 * Settles every option: flag, else environment variable, else settings file, else default. (The
 * environment's name alone has two more places to come from, after the file: `ENVIRONMENT` and
 * `NODE_ENV`.) All that is wrong is collected first.
 *
 * @throws ConfigError with every problem found.
 */
export function resolveConfig(sources: ConfigSources): ResolvedConfig {
  const findings: Findings = { problems: [], notes: [], unreadable: new Set() };
  const given = gatherGiven(sources, findings);
  const config = {
    ...readOptions(given, findings),
    environment: findEnvironment(given, sources.env, findings),
  } as ServeConfig;
  findings.problems.push(...findContradictions(config, findings.unreadable));
  if (findings.problems.length > 0) throw new ConfigError(findings.problems);
  findings.notes.push(...findOddities(config));
  return { ...withSecrets(config, sources), notes: findings.notes };
}

function readOptions(given: Given, findings: Findings): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const row of optionRows) {
    if (row.name === 'config' || row.kind === 'environment') continue;
    const text = findGivenText(row, given, findings);
    if (text === undefined) {
      values[row.property] = undefined;
      continue;
    }
    const parsed = parseOption(row, text);
    values[row.property] = parsed.ok ? parsed.value : undefined;
    if (parsed.ok) continue;
    findings.problems.push(parsed.problem);
    findings.unreadable.add(row.property);
  }
  return values;
}

function findEnvironment(
  given: Given,
  env: ConfigSources['env'],
  findings: Findings,
): ServeConfig['environment'] {
  const row = optionRows.find((candidate) => candidate.kind === 'environment');
  const own = row === undefined ? undefined : findGivenText(row, given, findings);
  const resolved = resolveEnvironment([
    { label: own?.label ?? '`--env`', value: own?.text },
    { label: 'ENVIRONMENT', value: env['ENVIRONMENT'] },
    { label: 'NODE_ENV', value: env['NODE_ENV'] },
  ]);
  if (resolved.note !== undefined) findings.notes.push(resolved.note);
  return resolved.environment;
}

function withSecrets(
  config: ServeConfig,
  { makeSecrets }: ConfigSources,
): Pick<ResolvedConfig, 'config' | 'madeUp'> {
  const missing = findMissingSecrets(config);
  if (!mayMakeUpSecrets(config) || (!missing.authSecret && !missing.adminToken)) {
    return { config, madeUp: [] };
  }
  const made = makeSecrets();
  return {
    config: {
      ...config,
      authSecret: missing.authSecret ? made.authSecret : config.authSecret,
      adminToken: missing.adminToken ? made.adminToken : config.adminToken,
    },
    madeUp: [
      ...(missing.authSecret ? (['authSecret'] as const) : []),
      ...(missing.adminToken ? (['adminToken'] as const) : []),
    ],
  };
}
