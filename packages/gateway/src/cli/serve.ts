import { readFileSync } from 'node:fs';
import { ConfigError } from '../server/config/config-error.ts';
import { type ResolvedConfig, resolveConfig } from '../server/config/resolve.ts';
import type { Gateway } from '../server/gateway.ts';
import { formatBanner } from './banner.ts';
import { loadProvider } from './load-provider.ts';
import { CommandFailure, exitStatus } from './command-failure.ts';
import { exitOnCrash } from './crash.ts';
import { makeUpSecrets, secretsFolder } from './made-up-secrets.ts';
import { waitForStopSignal } from './stop-signal.ts';
import type { Terminal } from './terminal.ts';

/** The flags of `holdfast serve` by key; one that was not given is absent. */
export type ServeFlags = Readonly<Record<string, string | boolean | undefined>>;

/** How long the banner waits for the log; a reader that is stuck does not keep it back. */
const BANNER_WAITS_MS = 200;

/**
 * Runs a gateway until SIGTERM, SIGINT or SIGHUP, and drains it then, or until it was drained over its API;
 * a SIGTERM or SIGINT after that ends the process at once. @throws CommandFailure when it cannot start; all that is wrong with the settings at once
 */
export async function serveGateway(flags: ServeFlags, terminal: Terminal): Promise<void> {
  const settings = settle(flags, terminal);
  const stopSignal = waitForStopSignal(terminal);
  try {
    const gateway = await start(settings, terminal);
    const endWatch = exitOnCrash(terminal, gateway.log);
    // The log is written a moment later; the banner is to stand below what was said so far.
    await gateway.log.flush(BANNER_WAITS_MS);
    tellBanner(settings, gateway, terminal);
    await Promise.race([stopSignal.received, gateway.stopped]);
    await gateway.stop();
    endWatch();
  } finally {
    stopSignal.end();
  }
}

function settle(flags: ServeFlags, terminal: Terminal): ResolvedConfig {
  try {
    return resolveConfig({
      flags,
      env: terminal.env,
      readFile: (path) => readFileSync(path, 'utf8'),
      makeSecrets: () => makeUpSecrets(terminal),
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    throw new CommandFailure(exitStatus.wrongUsage, error.problems, { cause: error });
  }
}

async function start({ config, notes }: ResolvedConfig, terminal: Terminal): Promise<Gateway> {
  // Loaded only now: settings that are wrong are told without waiting for the server.
  const { startGateway } = await import('../server/gateway.ts');
  const { rolloutProvider: module } = config;
  const rolloutProvider =
    module === undefined ? {} : { rolloutProvider: await loadProvider(module, terminal) };
  try {
    const { isTerminal } = terminal.out;
    return await startGateway({ config, notes, isTerminal, ...rolloutProvider });
  } catch (error) {
    const { toStartFailure } = await import('./start-failure.ts');
    throw toStartFailure(error, config);
  }
}

/** In development always; elsewhere only made-up secrets are told, and only to a person. */
function tellBanner(settings: ResolvedConfig, gateway: Gateway, terminal: Terminal): void {
  const isDevelopment = settings.config.environment === 'development';
  if (!isDevelopment && !(terminal.out.isTerminal && settings.madeUp.length > 0)) return;
  const facts = { ...settings, ...addressesOf(gateway), folder: secretsFolder(terminal) };
  terminal.out.write(formatBanner({ ...facts, nowMs: Date.now() }, terminal.out.colors));
}

function addressesOf({ url, wsUrl }: Gateway): Pick<Gateway, 'url' | 'wsUrl'> {
  return { url, wsUrl };
}
