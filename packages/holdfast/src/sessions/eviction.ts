import type { Settings } from '../core/options.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Waiter } from './waiter.ts';

/** What eviction works with. */
export interface EvictionRooms {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly pulse: Pulse;
  readonly door: Door;
  readonly events: EventStream;
}

/** An eviction of the living, at most once per user and minute. */
const evictEveryMs = 60_000;

/** The policy `evict-oldest`. Off by default: it is the only thing that ends somebody alive whom nobody named. */
export class Eviction {
  readonly #rooms: EvictionRooms;
  readonly #evictedAt: Map<string, number> = new Map();

  constructor(rooms: EvictionRooms) {
    this.#rooms = rooms;
  }

  /**
   * Ends the oldest session of the waiter's user, where the policy says so. The waiter it makes room for is let in by the
   * waiting room, which hears of every slot that becomes free. False when nobody was ended.
   */
  evictFor({ seed: { userId } }: Waiter): boolean {
    const { settings, registry, pulse, door, events } = this.#rooms;
    if (settings.onLimit !== 'evict-oldest') return false;
    this.forget(pulse.latest);
    const [oldest] = registry.of(userId);
    if (oldest === undefined || this.#evictedAt.has(userId)) return false;
    this.#evictedAt.set(userId, pulse.latest);
    events.emit({ type: 'evicted', user: userId, session: oldest.id, policy: 'evict-oldest' });
    return door.leave(oldest, 'evicted');
  }

  /** Forgets evictions that no longer stand in the way of the next; the oldest come first. */
  forget(now: number): void {
    for (const [user, at] of this.#evictedAt) {
      if (now - at < evictEveryMs) return;
      this.#evictedAt.delete(user);
    }
  }
}
