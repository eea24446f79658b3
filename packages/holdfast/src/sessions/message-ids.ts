import type { Settings } from '../core/options.ts';
import { ShardedMap } from '../core/sharded-map.ts';
import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What the ids are kept with. */
export interface MessageIdsRooms {
  readonly settings: Settings;
  readonly pulse: Pulse;
  readonly registry: Registry;
}

/** How many ids of one user are remembered. */
export const mostIds = 128;

/** The ids of one user, oldest first; each with the sessions that wait for the answer, or null once it was taken. */
interface UserIds extends Timed {
  readonly ids: Map<string, readonly Session[] | null>;
  timer: number;
}

/**
 * Which messages of a user were taken, by the names their clients gave them, so that one that is sent again is taken once
 * and answered again: a client that lost its connection cannot know whether the first one arrived. They belong to the user,
 * since the client comes back with another session. Kept for as long as the user has a session, and for one to two resume
 * windows more.
 */
export class MessageIds {
  readonly #rooms: MessageIdsRooms;
  readonly #users: ShardedMap<UserIds> = new ShardedMap();

  constructor(rooms: MessageIdsRooms) {
    this.#rooms = rooms;
  }

  /** `new`: it is this session's to hand over. `pending`: the answer comes when it is known. `taken`: it is known. */
  claim(session: Session, id: string): 'new' | 'pending' | 'taken' {
    const { ids } = this.#users.get(session.userId) ?? this.#begin(session.userId);
    const askers = ids.get(id);
    if (askers === null) return 'taken';
    if (askers?.includes(session) !== true) ids.set(id, [...(askers ?? []), session]);
    if (askers !== undefined) return 'pending';
    for (const oldest of ids.keys()) {
      if (ids.size <= mostIds) break;
      ids.delete(oldest);
    }
    return 'new';
  }

  /**
   * What became of the message that was this session's to hand over is known: one that `failed` may be sent again. Returns the
   * sessions that wait for the answer.
   */
  settle(session: Session, id: string, fate: 'taken' | 'failed'): readonly Session[] {
    const ids = this.#users.get(session.userId)?.ids;
    const askers = ids?.get(id);
    if (ids === undefined || askers === undefined || askers === null) return [session];
    if (fate === 'taken') ids.set(id, null);
    else ids.delete(id);
    return askers;
  }

  /** Forgets all. */
  clear(): void {
    for (const { timer } of this.#users.values()) this.#rooms.pulse.remove(timer);
    for (const userId of [...this.#users.keys()]) this.#users.delete(userId);
  }

  #begin(userId: string): UserIds {
    const { pulse, settings, registry } = this.#rooms;
    let isAbsent = false;
    const begun: UserIds = {
      ids: new Map(),
      timer: noEntry,
      due: (now) => {
        const wasAbsent = isAbsent;
        isAbsent = registry.count(userId) === 0;
        if (!wasAbsent || !isAbsent) return now + settings.resumeWindowMs;
        this.#users.delete(userId);
        return never;
      },
    };
    begun.timer = pulse.add(begun, pulse.latest + settings.resumeWindowMs);
    this.#users.set(userId, begun);
    return begun;
  }
}
