import { once } from 'node:events';
import { exitStatus } from './command-failure.ts';
import type { Terminal } from './terminal.ts';

/** The wait for a signal that asks this process to stop. */
export interface StopSignal {
  /** Resolves at the first one. */
  readonly received: Promise<void>;
  /** Signals do again what they do by default. */
  readonly end: () => void;
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Waits for SIGTERM or SIGINT; a second one ends the process there and then, with status 1. */
export function waitForStopSignal({ err }: Pick<Terminal, 'err'>): StopSignal {
  const stopping = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => {
    if (stopping.signal.aborted) {
      err.write(`holdfast: Stopped at once by a second signal (${signal}).\n`);
      process.exit(exitStatus.failed);
    }
    if (err.isTerminal) err.write('Stopping. Ctrl-C again stops at once.\n');
    stopping.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    received: waitForAbort(stopping.signal),
    end: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}

async function waitForAbort(signal: AbortSignal): Promise<void> {
  await once(signal, 'abort');
}
