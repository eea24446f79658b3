import type { Core } from './core.ts';
import type { Entrance } from './entrance.ts';
import type { Ground } from './ground.ts';
import type { House, Opening } from './open-house.ts';

/** Time for requests under way after the sessions are closed, and for the log to be written. */
const LAST_ANSWERS_MS = 1000;
const FLUSH_MS = 1000;
/** Time for what the store is told last, where it does not answer. */
const LAST_ACTS_MS = 500;
/** Of the drain time, where the application has still to be told that the last sessions are over. */
const SESSIONS_SHARE = 0.9;

/** What is ended, and when. */
export interface EndParts {
  readonly opening: Opening;
  /** Aborted when it is to end. */
  readonly signal: AbortSignal;
}

/** Waits until it is to end, and ends it. Rejects with what keeps it from ever opening. */
export async function endWhenAsked(
  ground: Ground,
  entrance: Entrance,
  { opening, signal }: EndParts,
): Promise<void> {
  const isAsked = new Promise<void>((resolve) => {
    const ask = (): void => {
      // Nobody is let in from this tick on.
      ground.state.readiness = 'draining';
      resolve();
    };
    if (signal.aborted) ask();
    else signal.addEventListener('abort', ask, { once: true });
  });
  const never = new Promise<never>(() => {});
  try {
    await Promise.race([isAsked, opening.house.then(() => never)]);
  } catch (error) {
    await shutEntrance(ground, entrance);
    throw error;
  }
  // A try to join the other nodes may be under way; it ends within its own time.
  const house = await within(opening.house, ground.config.drainTimeoutMs);
  if (house === undefined || house === null) await shutEntrance(ground, entrance);
  else await shutDown(house);
}

/** Ends a gateway that has no sessions yet. */
export async function shutEntrance(ground: Ground, { server, book }: Entrance): Promise<void> {
  await closeServer({ server, book }, LAST_ANSWERS_MS);
  ground.leave();
  ground.log.info('stopped', 'Stopped');
  await ground.log.flush(FLUSH_MS);
}

/**
 * Lets nobody in any more and drains the sessions: each is told when to come back, and closed once it has
 * everything. Then closes the rest of the house, from the outside in.
 */
async function shutDown({ core, front }: House): Promise<void> {
  const { config, layer, log, seat, sessions, webhooks } = core;
  const endsAt = performance.now() + config.drainTimeoutMs;
  const leftMs = (): number => Math.max(0, endsAt - performance.now());
  log.info('draining', 'Stopping: sessions are told when to come back', {
    sessions: layer.counts().sessions,
  });
  const withinMs = Math.floor(config.drainTimeoutMs * (webhooks === null ? 1 : SESSIONS_SHARE));
  const drained = sessions.drain({ withinMs });
  await within(drained, withinMs);
  front.upgrades.close();
  await closeServer(front, Math.min(LAST_ANSWERS_MS, leftMs()));
  // Whatever still lingered is cut by now. The store is told of it, and of the end.
  await within(drained, LAST_ACTS_MS);
  await within(seat.leave(), LAST_ACTS_MS);
  await flushWebhooks(core, leftMs());
  core.close();
  log.info('stopped', 'Stopped');
  await log.flush(FLUSH_MS);
}

/** Requests under way are answered, within this time; then everything is cut. */
async function closeServer(
  { server, book }: Pick<Entrance, 'server' | 'book'>,
  withinMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  await within(closed, withinMs);
  book.cutAll();
  await closed;
}

/** What the application has not been told by then is lost, and said to be. */
async function flushWebhooks({ webhooks, log }: Core, withinMs: number): Promise<void> {
  const calls = await webhooks?.flush(withinMs);
  if (calls === undefined || calls === 0) return;
  log.warn('webhooksLeft', 'Stopped before the application was told everything', { calls });
}

/** Waits for something, but no longer than this; undefined then. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  const result = await Promise.race([promise, deadline]);
  clearTimeout(timer);
  return result;
}
