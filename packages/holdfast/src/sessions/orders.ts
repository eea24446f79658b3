import { causeOfDeath } from '../core/death.ts';
import type { CloseOrder, CloseUserOptions } from './close-order.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { ReapReport } from './sweep-run.ts';

/** What orders are carried out with. */
export interface OrdersRooms {
  readonly registry: Registry;
  readonly heartbeat: Heartbeat;
  readonly pulse: Pulse;
  readonly door: Door;
  readonly events: EventStream;
}

/** Why a slot of a cluster went to another session than the one that had it. */
export interface HandingOver {
  readonly cause: 'superseded' | 'taken-over' | 'evicted';
  /** Told to the client in the close reason. */
  readonly retryAfterMs?: number;
}

/** Ends sessions on the word of somebody outside: the application, an administrator, the store of a cluster. */
export class Orders {
  readonly #rooms: OrdersRooms;

  constructor(rooms: OrdersRooms) {
    this.#rooms = rooms;
  }

  close(id: string, cause: CloseOrder, note: string | undefined): boolean {
    const { registry, door, events } = this.#rooms;
    const session = registry.find(id);
    if (session !== null) return door.leave(session, cause, note === undefined ? {} : { note });
    events.emit({ type: 'unknownHandle', session: id });
    return false;
  }

  closeUser(userId: string, { cause = 'admin', exclude = [], note }: CloseUserOptions): string[] {
    const { registry, door } = this.#rooms;
    const about = note === undefined ? {} : { note };
    return [...registry.of(userId)]
      .filter(({ id }) => !exclude.includes(id))
      .filter((session) => door.leave(session, cause, about))
      .map(({ id }) => id);
  }

  /** Its slot is another session's by now: on another node, or in a moment here. */
  handOver(userId: string, generation: number, { cause, ...about }: HandingOver): boolean {
    const { registry, door, events } = this.#rooms;
    const session = registry.of(userId).find((one) => one.generation === generation);
    if (session === undefined || !door.leave(session, cause, about)) return false;
    const policy = cause === 'evicted' ? 'evict-oldest' : 'ask';
    if (cause !== 'superseded')
      events.emit({ type: 'evicted', user: userId, session: session.id, policy });
    return true;
  }

  /** There is no slot for it any more. */
  endExcess(userId: string, generation: number, retryAfterMs: number): boolean {
    const { registry, door } = this.#rooms;
    const session = registry.of(userId).find((one) => one.generation === generation);
    return session !== undefined && door.leave(session, 'excess', { retryAfterMs });
  }

  reapUser(userId: string): ReapReport {
    const { registry, heartbeat, pulse, door, events } = this.#rooms;
    const sessions = registry.of(userId);
    const reaped = sessions.flatMap((session) => {
      // Whoever was told of the one before may have let this one be heard.
      const cause = causeOfDeath(session, heartbeat.patience, pulse.polledAt);
      return cause !== null && door.reap(session, cause) ? [{ id: session.id, cause }] : [];
    });
    const kept = sessions.filter(({ state }) => state !== 'closed').length;
    events.emit({ type: 'reaped', scope: 'user', cleaned: reaped.length, kept });
    return { reaped, kept, failed: [] };
  }
}
