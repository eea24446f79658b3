import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Provider } from '@openfeature/server-sdk';
import { shown } from '../server/config/config-error.ts';
import { CommandFailure, exitStatus } from './command-failure.ts';
import type { Terminal } from './terminal.ts';

/**
 * The OpenFeature provider that a module exports as its default.
 *
 * @param module path of the module, from the working folder
 * @throws CommandFailure where there is none
 */
export async function loadProvider(module: string, { folder }: Terminal): Promise<Provider> {
  const { href } = pathToFileURL(path.resolve(folder, module));
  let loaded: { readonly default?: unknown };
  try {
    loaded = (await import(href)) as { readonly default?: unknown };
  } catch (error) {
    throw misfit(module, 'one that cannot be loaded', error);
  }
  if (isProvider(loaded.default)) return loaded.default;
  throw misfit(module, 'one with another default export');
}

function misfit(module: string, got: string, cause?: unknown): CommandFailure {
  const why = cause instanceof Error ? ` ${cause.message.replace(/ imported from .*/s, '')}.` : '';
  const problem = `Expected \`--rollout-provider\` to be a module whose default export is an OpenFeature provider, got ${got}: ${shown(module)}.${why}`;
  return new CommandFailure(exitStatus.wrongUsage, [problem], { cause });
}

function isProvider(value: unknown): value is Provider {
  const { resolveBooleanEvaluation } = (value ?? {}) as Partial<Provider>;
  return typeof resolveBooleanEvaluation === 'function';
}
