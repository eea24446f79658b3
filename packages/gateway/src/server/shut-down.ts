import type { Core } from './core.ts';
import type { Front } from './front.ts';

/** Time for requests under way after the sessions are closed, and for the log to be written. */
const LAST_ANSWERS_MS = 1000;
const FLUSH_MS = 1000;
/** Of the drain time, where the application has still to be told that the last sessions are over. */
const SESSIONS_SHARE = 0.9;

/**
 * Lets nobody in any more and drains the sessions: each is told when to come back, and closed once it has
 * everything. Then closes the rest of the house, from the outside in.
 */
export async function shutDown(core: Core, { server, book, upgrades }: Front): Promise<void> {
  const { config, layer, log, state, webhooks } = core;
  const endsAt = performance.now() + config.drainTimeoutMs;
  const leftMs = (): number => Math.max(0, endsAt - performance.now());
  state.readiness = 'draining';
  log.info('draining', 'Stopping: sessions are told when to come back', {
    sessions: layer.gauges().sessions,
  });
  const withinMs = Math.floor(config.drainTimeoutMs * (webhooks === null ? 1 : SESSIONS_SHARE));
  await within(layer.drain({ withinMs }), withinMs);
  upgrades.close();
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await within(closed, Math.min(LAST_ANSWERS_MS, leftMs()));
  book.cutAll();
  await closed;
  await flushWebhooks(core, leftMs());
  core.close();
  log.info('stopped', 'Stopped');
  await log.flush(FLUSH_MS);
}

/** What the application has not been told by then is lost, and said to be. */
async function flushWebhooks({ webhooks, log }: Core, withinMs: number): Promise<void> {
  const calls = await webhooks?.flush(withinMs);
  if (calls === undefined || calls === 0) return;
  log.warn('webhooksLeft', 'Stopped before the application was told everything', { calls });
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
