import { setTimeout as delay } from 'node:timers/promises';
import { type BackoffPolicy, backoffCeilingMs } from 'holdfast';
import { describeRedisAddress } from '../config/redis-address.ts';
import type { Ground } from '../ground.ts';
import type { OpenedStore } from '../store/open-store.ts';
import { isStoreError } from '../store/store-failure.ts';
import type { ClusterSeatParts } from './cluster-seat.ts';
import { type Seat, takeLocalSeat } from './seat.ts';

/** What a seat is taken with. */
export interface SeatParts extends Omit<ClusterSeatParts, 'store'> {
  /** Ends the waiting for a store. */
  readonly signal: AbortSignal;
  /** Told each time the store does not answer. */
  readonly onWaiting: () => void;
}

/** From one try to join the others to the next. */
const RETRIES: BackoffPolicy = { firstMs: 250, maxMs: 5000 };

/**
 * Takes the seat these settings ask for; waits until the store is there, where there is one. Null when it was told to stop
 * before that. Rejects for what waiting does not mend: the store refuses this client at the first try.
 */
export async function takeSeat(ground: Ground, parts: SeatParts): Promise<Seat | null> {
  const { redisUrl, redisPrefix, redisPassword, redisSentinelPassword } = ground.config;
  if (redisUrl === undefined) return takeLocalSeat(ground);
  const { openStore } = await import('../store/open-store.ts');
  const store = openStore({
    ...{ url: redisUrl, prefix: redisPrefix },
    ...{ password: redisPassword, sentinelPassword: redisSentinelPassword },
  });
  try {
    const seat = await joinOthers(ground, { ...parts, store, address: redisUrl });
    if (seat === null) await store.close();
    return seat;
  } catch (error) {
    await store.close();
    throw error;
  }
}

type JoinParts = SeatParts & { readonly store: OpenedStore; readonly address: string };

async function joinOthers(ground: Ground, parts: JoinParts): Promise<Seat | null> {
  const { signal, onWaiting, address } = parts;
  const { takeClusterSeat } = await import('./cluster-seat.ts');
  for (let attempt = 1; !signal.aborted; attempt += 1) {
    try {
      const seat = await takeClusterSeat(ground, parts);
      ground.store.noteJoined();
      return seat;
    } catch (error) {
      if (!isStoreError(error) || (error.kind === 'refused' && attempt === 1)) throw error;
      const retryMs = backoffCeilingMs(RETRIES, attempt);
      ground.store.noteMissing(error, { attempt, retryMs, store: describeRedisAddress(address) });
      onWaiting();
      await pause(retryMs, signal);
    }
  }
  return null;
}

/** Resolves after this time, or at once when it is told to stop. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
