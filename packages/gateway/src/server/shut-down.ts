import type { Core } from './core.ts';
import type { Front } from './front.ts';

/** Time for requests under way after the sessions are closed, and for the log to be written. */
const LAST_ANSWERS_MS = 1000;
const FLUSH_MS = 1000;

/**
 * Lets nobody in any more and drains the sessions: each is told when to come back, and closed once it has
 * everything. Then closes the rest of the house, from the outside in.
 */
export async function shutDown(core: Core, { server, book, upgrades }: Front): Promise<void> {
  const { config, layer, log, state } = core;
  const endsAt = performance.now() + config.drainTimeoutMs;
  const leftMs = (): number => Math.max(0, endsAt - performance.now());
  state.readiness = 'draining';
  log.info('draining', 'Stopping: sessions are told when to come back', {
    sessions: layer.gauges().sessions,
  });
  await within(layer.drain({ withinMs: config.drainTimeoutMs }), config.drainTimeoutMs);
  // Whatever holds something that a client was told is taken hands it over here, within `leftMs()`: the
  // last session is closed, so nothing more comes, and the process is about to end.
  upgrades.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await within(closed, Math.min(LAST_ANSWERS_MS, leftMs()));
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
