import {
  findDead,
  hasRoom,
  isProvenAlive,
  type Newcomer,
  retryAfterMs,
} from '../core/admission.ts';
import { deathDueAt } from '../core/death.ts';
import type { Settings } from '../core/options.ts';
import { never, noEntry } from '../core/timing-wheel.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { beatMs, type Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';
import { transportOf } from './transport.ts';
import { type PressureReap, Waiter, type WaiterSeed, type WaitOutcome } from './waiter.ts';

/** What the waiting room works with. */
export interface WaitingRooms {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly pulse: Pulse;
  readonly heartbeat: Heartbeat;
  readonly door: Door;
  readonly events: EventStream;
  readonly faults: Faults;
}

interface Queue {
  readonly waiters: Waiter[];
  readonly reap: PressureReap;
}

/** An eviction of the living, at most once per user and minute. */
const evictEveryMs = 60_000;

/**
 * Newcomers at the limit whose sockets are open and who hold no slot. Their user's sessions are all pinged, each once;
 * a slot that becomes free, for whatever reason, goes to the oldest of them in the same tick; who sees every session
 * proven alive is told so at once; nobody waits longer than the probe timeout and a beat.
 */
export class WaitingRoom {
  readonly #rooms: WaitingRooms;
  readonly #queues: Map<string, Queue> = new Map();
  readonly #evictedAt: Map<string, number> = new Map();

  constructor(rooms: WaitingRooms) {
    this.#rooms = rooms;
  }

  /** How many of this user wait. */
  count(userId: string): number {
    return this.#queues.get(userId)?.waiters.length ?? 0;
  }

  /** The pressure reap this user's waiters share; undefined when nobody waits. */
  reapUnderWay(userId: string): PressureReap | undefined {
    return this.#queues.get(userId)?.reap;
  }

  /** How many wait in all. */
  get size(): number {
    let size = 0;
    for (const queue of this.#queues.values()) size += queue.waiters.length;
    return size;
  }

  /** Takes a newcomer in and has the user's sessions probed. It may be settled before this returns. */
  join(seed: WaiterSeed, reap: PressureReap): Waiter {
    const waiter = new Waiter(seed, this);
    const queue = this.#queues.get(seed.userId) ?? { waiters: [], reap };
    this.#queues.set(seed.userId, queue);
    queue.waiters.push(waiter);
    if (seed.socket !== null) seed.socket.owner = waiter;
    waiter.endsAt = seed.since + this.#rooms.settings.probeTimeoutMs + beatMs;
    waiter.timer = this.#rooms.pulse.add(waiter, waiter.endsAt);
    this.#rooms.pulse.rearm();
    this.#probe(seed.userId, ({ provenAt }) => provenAt <= seed.since);
    // Its own limit may be higher than that of those who wait already.
    this.offer(seed.userId);
    this.judge(seed.userId);
    if (!waiter.isSettled) this.#rooms.pulse.move(waiter.timer, this.#nextLook(waiter));
    return waiter;
  }

  /** A slot of this user may be free: it goes to the oldest waiter whom the limit lets in. */
  offer(userId: string): void {
    const { registry, limits, pulse } = this.#rooms;
    for (;;) {
      // Whoever hears of a stall may come for the slot; and the one who gets it takes it at this instant.
      pulse.now();
      const occupied = registry.count(userId);
      const waiter = this.#queues
        .get(userId)
        ?.waiters.find(({ seed }) => hasRoom(occupied, limits.of(userId, seed.brought)));
      if (waiter === undefined) break;
      waiter.seed.settle({ outcome: 'admitted', concluded: this.#remove(waiter) }, waiter);
    }
    this.#askAnew(userId);
  }

  /** Decides about every waiter of this user for whom all sessions have proven to be alive. */
  judge(userId: string): void {
    if (this.#queues.size === 0) return;
    let waiter = this.#provenWaiter(userId);
    if (waiter !== undefined) {
      // An engine may know by now that one of them is closed; and nobody is refused for whom there is room.
      this.reapDead(userId, this.#rooms.pulse.polledAt);
      this.offer(userId);
      waiter = this.#provenWaiter(userId);
    }
    while (waiter !== undefined) {
      if (!this.#evictFor(waiter)) this.#refuse(waiter);
      waiter = this.#provenWaiter(userId);
    }
    this.#askAnew(userId);
  }

  /** A waiter's deadline, or that of a session in its way, has come up. */
  due(waiter: Waiter, now: number): number {
    const { userId } = waiter.seed;
    this.reapDead(userId, now);
    if (waiter.isSettled) return never;
    if (now < waiter.endsAt) return this.#nextLook(waiter);
    this.#refuse(waiter);
    return never;
  }

  /** A waiter's socket is gone, or its caller has changed its mind. The probes go on without it. */
  leave(waiter: Waiter): void {
    this.#dismiss(waiter, { outcome: 'left' });
  }

  /** A waiter sends faster than can be held for it. */
  overflow(waiter: Waiter): void {
    this.#dismiss(waiter, {
      outcome: 'refused',
      reason: 'rate',
      retryAfterMs: this.#rooms.settings.probeTimeoutMs,
    });
  }

  /** Ends this user's sessions that are dead by now, late ones among them. */
  reapDead(
    userId: string,
    now: number,
    reap: PressureReap | undefined = this.#queues.get(userId)?.reap,
  ): void {
    const { registry, heartbeat, door } = this.#rooms;
    const dead = findDead(registry.of(userId), heartbeat.probePatience, now);
    // Counted before they leave: the waiter who gets the first slot may conclude the reap in the same breath.
    if (reap !== undefined) {
      reap.found += dead.length;
      reap.freed += dead.length;
    }
    for (const { session, cause } of dead) {
      if (!door.leave(session, cause) && reap !== undefined) reap.freed -= 1;
    }
  }

  /** Forgets evictions that no longer stand in the way of the next; the oldest come first. */
  forgetEvictions(now: number): void {
    for (const [user, at] of this.#evictedAt) {
      if (now - at < evictEveryMs) return;
      this.#evictedAt.delete(user);
    }
  }

  /** Tells what a pressure reap came to. */
  concluded(userId: string, reap: PressureReap): void {
    this.#rooms.events.emit({ type: 'pressureReaped', user: userId, ...reap });
  }

  /** Turns everybody away; each is told when to come back. Nobody is let in meanwhile, whoever leaves. */
  close(whenToReturn: () => number | undefined): void {
    const queues = [...this.#queues];
    this.#queues.clear();
    for (const [userId, { waiters, reap }] of queues) {
      for (const waiter of waiters) {
        const retryMs = whenToReturn();
        const later = retryMs === undefined ? {} : { retryAfterMs: retryMs };
        this.#dismiss(waiter, { outcome: 'refused', reason: 'draining', ...later });
      }
      this.concluded(userId, reap);
    }
  }

  /** The oldest waiter, if every session in its way has proven to be alive since it came. */
  #provenWaiter(userId: string): Waiter | undefined {
    const waiter = this.#queues.get(userId)?.waiters[0];
    if (waiter === undefined) return undefined;
    const occupants = this.#rooms.registry.of(userId);
    return occupants.every((session) => isProvenAlive(session, waiter.seed)) ? waiter : undefined;
  }

  /** Whoever has just got a slot, or answered a ping from before, proves nothing yet to those who came after it. */
  #askAnew(userId: string): void {
    const newest = this.#queues.get(userId)?.waiters.at(-1);
    if (newest !== undefined)
      this.#probe(userId, (session) => !isProvenAlive(session, newest.seed));
  }

  /** Has the sessions pinged of which this is true, where no ping is out. */
  #probe(userId: string, isAsked: (session: Session) => boolean): void {
    for (const session of this.#rooms.registry.of(userId)) {
      if (isAsked(session)) this.#rooms.heartbeat.probe(session);
    }
  }

  /**
   * When a session in the way can be dead at the earliest, or the waiter's own deadline. What has passed already is looked
   * at with the next beat: the sockets were not polled yet.
   */
  #nextLook(waiter: Waiter): number {
    let earliest = waiter.endsAt;
    for (const session of this.#rooms.registry.of(waiter.seed.userId)) {
      const deadAt = deathDueAt(session, this.#rooms.heartbeat.probePatience);
      if (deadAt < earliest) earliest = deadAt;
    }
    return earliest;
  }

  /** The waiter it makes room for is let in by {@link offer}, which hears of every slot that becomes free. */
  #evictFor(waiter: Waiter): boolean {
    const { settings, registry, limits, pulse, door, events } = this.#rooms;
    const { userId, brought } = waiter.seed;
    if (settings.onLimit !== 'evict-oldest') return false;
    const now = pulse.now();
    this.forgetEvictions(now);
    const [oldest, ...others] = registry.of(userId);
    if (oldest === undefined || this.#evictedAt.has(userId)) return false;
    // Nobody alive is ended for somebody who would not get in, or is not there.
    if (!hasRoom(others.length, limits.of(userId, brought)) || this.#isGone(waiter)) return false;
    this.#evictedAt.set(userId, now);
    events.emit({ type: 'evicted', user: userId, session: oldest.id, policy: 'evict-oldest' });
    return door.leave(oldest, 'evicted');
  }

  #isGone({ seed: { socket } }: Waiter): boolean {
    return socket !== null && transportOf(socket, this.#rooms.faults) === 'closed';
  }

  #refuse(waiter: Waiter): void {
    const { registry, heartbeat, pulse } = this.#rooms;
    const newcomer: Newcomer = waiter.seed;
    const rules = {
      patience: heartbeat.probePatience,
      now: pulse.now(),
    };
    const retryMs = retryAfterMs(registry.of(waiter.seed.userId), newcomer, rules);
    const later = retryMs === undefined ? {} : { retryAfterMs: retryMs };
    this.#dismiss(waiter, { outcome: 'refused', reason: 'user-limit', ...later });
  }

  /** Turns away those of this user whose `extra` is meant; how many. */
  turnAway(userId: string, isMeant: (extra: unknown) => boolean): number {
    const meant = (this.#queues.get(userId)?.waiters ?? []).filter(({ seed }) =>
      isMeant(seed.extra),
    );
    for (const waiter of meant)
      this.#dismiss(waiter, { outcome: 'refused', reason: 'unauthorized' });
    return meant.length;
  }

  /**
   * Settled before anybody hears of it: a listener might free a slot in between. Does nothing to a waiter that is settled
   * already.
   */
  #dismiss(waiter: Waiter, outcome: WaitOutcome): void {
    if (waiter.isSettled) return;
    const reap = this.#remove(waiter);
    waiter.seed.settle(outcome, waiter);
    if (reap !== null) this.concluded(waiter.seed.userId, reap);
  }

  /** Returns the pressure reap that is over with this waiter; null while others wait. */
  #remove(waiter: Waiter): PressureReap | null {
    const { userId } = waiter.seed;
    const queue = this.#queues.get(userId);
    waiter.isSettled = true;
    this.#rooms.pulse.remove(waiter.timer);
    waiter.timer = noEntry;
    if (queue === undefined) return null;
    queue.waiters.splice(queue.waiters.indexOf(waiter), 1);
    if (queue.waiters.length > 0) return null;
    this.#queues.delete(userId);
    return queue.reap;
  }
}
