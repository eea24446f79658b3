import type { Core } from './core.ts';
import type { Front } from './front.ts';

/** Time for requests under way after the sessions are closed, and for the log to be written. */
const LAST_ANSWERS_MS = 1000;
const FLUSH_MS = 1000;

/**
 * Lets nobody in any more, ends the sessions with a return time within the drain time, spread over it
 * so that they do not all come at once, and closes everything.
 */
export async function shutDown(core: Core, { server, book, upgrades }: Front): Promise<void> {
  const { config, layer, log, state } = core;
  const startedAt = performance.now();
  state.readiness = 'draining';
  log.info('draining', 'Stopping: sessions are told when to come back', {
    sessions: layer.gauges().sessions,
  });
  const ended = layer.drain({ withinMs: config.drainTimeoutMs });
  await within(ended, config.drainTimeoutMs);
  upgrades.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const leftMs = config.drainTimeoutMs - (performance.now() - startedAt);
  await within(closed, Math.max(0, Math.min(LAST_ANSWERS_MS, leftMs)));
  book.cutAll();
  await closed;
  core.close();
  log.info('stopped', 'Stopped');
  await log.flush(FLUSH_MS);
}

/** Waits for something, but no longer than this. */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, deadline]);
  clearTimeout(timer);
}
