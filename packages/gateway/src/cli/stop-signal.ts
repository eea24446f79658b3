import { once } from 'node:events';
import { exitStatus } from './command-failure.ts';
import type { Terminal } from './terminal.ts';

/** The wait for a signal that asks this process to stop. */
export interface StopSignal {
  /** Aborted by the first one. */
  readonly signal: AbortSignal;
  /** Resolves at the first one. */
  readonly received: Promise<void>;
  /** Signals do again what they do by default. */
  readonly end: () => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * Ctrl-C reaches every process of a terminal's job: npm, and the command it started. npm hands its
 * own on to the command, which thus gets two for one key. Both come within this time.
 */
const HANDED_ON_WITHIN_MS = 500;

/**
 * Waits for SIGTERM, SIGINT, or SIGHUP when the terminal was closed; a SIGTERM or SIGINT after that ends the process there and
 * then, with status 1.
 */
export function waitForStopSignal({ err, env }: Pick<Terminal, 'err' | 'env'>): StopSignal {
  const stopping = new AbortController();
  const graceMs = env['npm_lifecycle_event'] === undefined ? 0 : HANDED_ON_WITHIN_MS;
  let graceEndsAt = 0;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) {
      // Nobody hurries it so: when a terminal is closed, the shell and the kernel each send one.
      if (signal === 'SIGHUP' || performance.now() < graceEndsAt) return;
      err.write(`holdfast: Stopped at once by a second signal (${signal}).\n`);
      process.exit(exitStatus.failed);
    }
    if (err.isTerminal) err.write('Stopping. Ctrl-C again stops at once.\n');
    graceEndsAt = performance.now() + graceMs;
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: stopping.signal,
    received: waitForAbort(stopping.signal),
    end: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

async function waitForAbort(signal: AbortSignal): Promise<void> {
  await once(signal, 'abort');
}
