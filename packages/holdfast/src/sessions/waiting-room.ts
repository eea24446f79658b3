import { earliestDeathAt, hasRoom, isProvenAlive, retryAfterMs } from '../core/admission.ts';
import type { Settings } from '../core/options.ts';
import { never, noEntry } from '../core/timing-wheel.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Eviction } from './eviction.ts';
import type { Heartbeat } from './heartbeat.ts';
import { type PressureReap, reapDead } from './pressure-reap.ts';
import { beatMs } from './pulse.ts';
import type { Questions } from './questions.ts';
import type { Session } from './session.ts';
import { Waiter, type WaiterSeed, type WaitOutcome } from './waiter.ts';
import { type ProspectRooms, wouldGetIn } from './would-get-in.ts';

/** What the waiting room works with. */
export interface WaitingRooms extends ProspectRooms {
  readonly settings: Settings;
  readonly heartbeat: Heartbeat;
  readonly door: Door;
  readonly eviction: Eviction;
  readonly questions: Questions;
  readonly events: EventStream;
}

/** How often it is looked at how things are while somebody is asked. */
const lookEveryMs = 500;

interface Queue {
  /** In the order in which they came. */
  readonly waiters: Waiter[];
  /** Null while nobody waits for proof. */
  reap: PressureReap | null;
}

/**
 * Newcomers at the limit whose sockets are open and who hold no slot. Their user's sessions are all pinged, each once;
 * a slot that becomes free, for whatever reason, goes to the oldest of them in the same tick; who sees every session
 * proven alive is told so at once, or asked which of them is to end; nobody waits for proof longer than the probe timeout
 * and a beat.
 */
export class WaitingRoom {
  readonly #rooms: WaitingRooms;
  readonly #queues: Map<string, Queue> = new Map();

  constructor(rooms: WaitingRooms) {
    this.#rooms = rooms;
  }

  /** How many of this user wait, for proof or for an answer. */
  count(userId: string): number {
    return this.#queues.get(userId)?.waiters.length ?? 0;
  }

  users(): readonly string[] {
    return [...this.#queues.keys()];
  }

  /** The pressure reap that those share of this user who wait for proof; null when nobody does. */
  reapUnderWay(userId: string): PressureReap | null {
    return this.#queues.get(userId)?.reap ?? null;
  }

  /** How many wait in all. */
  get size(): number {
    return this.users().reduce((size, userId) => size + this.count(userId), 0);
  }

  /** Takes a newcomer in and has the user's sessions probed. It may be settled before this returns. */
  join(seed: WaiterSeed, reap: PressureReap): Waiter {
    const waiter = new Waiter(seed, this);
    const queue = this.#queues.get(seed.userId) ?? { waiters: [], reap };
    this.#queues.set(seed.userId, queue);
    queue.reap ??= reap;
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
    if (this.#queues.size === 0) return;
    const { registry, limits, pulse } = this.#rooms;
    for (;;) {
      // Whoever hears of a stall may come for the slot; and the one who gets it takes it at this instant.
      pulse.now();
      const occupied = registry.count(userId);
      const waiter = this.#queues
        .get(userId)
        ?.waiters.find(({ seed }) => hasRoom(occupied, limits.inForce(seed)));
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
      this.#resolve(waiter);
      waiter = this.#provenWaiter(userId);
    }
    this.#askAnew(userId);
  }

  /** A waiter's deadline, or that of a session in its way, has come up. */
  due(waiter: Waiter, now: number): number {
    const { userId } = waiter.seed;
    this.reapDead(userId, now);
    if (now >= waiter.endsAt) this.#expire(waiter);
    return waiter.isSettled ? never : this.#nextLook(waiter);
  }

  /** A waiter's socket is gone, or its caller has changed its mind. The probes go on without it. */
  leave(waiter: Waiter): void {
    this.#dismiss(waiter, { outcome: 'left' });
  }

  /** A waiter who was asked has said something. */
  read(waiter: Waiter, data: string | Uint8Array): void {
    this.#rooms.questions.read(waiter, data, this);
  }

  /** A waiter has chosen a session to end for it: its slot passes over, past whoever came before. */
  handOver(waiter: Waiter, taken: Session): void {
    const concluded = this.#remove(waiter);
    waiter.seed.settle({ outcome: 'admitted', concluded, taken }, waiter);
  }

  reject(waiter: Waiter, reason: 'bad-frame' | 'unauthorized'): void {
    this.#dismiss(waiter, { outcome: 'refused', reason });
  }

  /** A waiter sends faster than can be held for it, or asks for more than it reads. */
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
    reap: PressureReap | null = this.reapUnderWay(userId),
  ): void {
    reapDead(this.#rooms, userId, { now, reap });
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
      if (reap !== null) this.concluded(userId, reap);
    }
  }

  /** The oldest that waits for proof, if every session in its way has proven to be alive since it came. */
  #provenWaiter(userId: string): Waiter | undefined {
    const waiter = this.#queues.get(userId)?.waiters.find(({ waitsFor }) => waitsFor === 'proof');
    if (waiter === undefined) return undefined;
    const occupants = this.#rooms.registry.of(userId);
    return occupants.every((session) => isProvenAlive(session, waiter.seed)) ? waiter : undefined;
  }

  /** Whoever has just got a slot, or answered a ping from before, proves nothing yet to those who came after it. */
  #askAnew(userId: string): void {
    const newest = this.#queues
      .get(userId)
      ?.waiters.findLast(({ waitsFor }) => waitsFor === 'proof');
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
   * at with the next beat: the sockets were not polled yet. Once a waiter is asked, sessions are pinged for other reasons
   * than it; it looks every now and then whether one of those pings is late.
   */
  #nextLook({ seed, endsAt, waitsFor }: Waiter): number {
    const { pulse, registry, heartbeat } = this.#rooms;
    const deadAt = earliestDeathAt(registry.of(seed.userId), heartbeat.probePatience);
    const againAt = waitsFor === 'proof' ? endsAt : pulse.latest + lookEveryMs;
    return Math.min(endsAt, deadAt, againAt);
  }

  /** All in its way have proven to be alive: the policy decides. */
  #resolve(waiter: Waiter): void {
    const isWorthIt = wouldGetIn(waiter, this.#rooms);
    if (this.#provenWaiter(waiter.seed.userId) !== waiter) return;
    if (isWorthIt && this.#rooms.eviction.evictFor(waiter)) return;
    if (!isWorthIt || !this.#ask(waiter)) this.#refuse(waiter);
  }

  /** Its time is up. Where nobody knows when the answer could change, all are taken for alive. */
  #expire(waiter: Waiter): void {
    const isWorthIt = wouldGetIn(waiter, this.#rooms) && waiter.waitsFor === 'proof';
    if (waiter.isSettled) return;
    if (!isWorthIt || this.#retryMsOf(waiter) !== undefined || !this.#ask(waiter))
      this.#refuse(waiter);
  }

  #ask(waiter: Waiter): boolean {
    if (!this.#rooms.questions.ask(waiter)) return false;
    const { userId } = waiter.seed;
    if (!waiter.isSettled) this.#rooms.pulse.bringForward(waiter.timer, this.#nextLook(waiter));
    const reap = this.#takeReap(this.#queues.get(userId));
    if (reap !== null) this.concluded(userId, reap);
    return true;
  }

  #retryMsOf({ seed }: Waiter): number | undefined {
    const { registry, heartbeat, pulse } = this.#rooms;
    const rules = { patience: heartbeat.probePatience, now: pulse.latest };
    return retryAfterMs(registry.of(seed.userId), seed, rules);
  }

  #refuse(waiter: Waiter): void {
    const retryMs = this.#retryMsOf(waiter);
    const later = retryMs === undefined ? {} : { retryAfterMs: retryMs };
    this.#dismiss(waiter, { outcome: 'refused', reason: 'user-limit', ...later });
  }

  /** Turns away those of this user whose `extra` is meant; how many. */
  turnAway(userId: string, isMeant: (extra: unknown) => boolean): number {
    const meant = (this.#queues.get(userId)?.waiters ?? []).filter(({ seed }) =>
      isMeant(seed.extra),
    );
    for (const waiter of meant) this.reject(waiter, 'unauthorized');
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

  /** Returns the pressure reap that is over with this waiter; null while others wait for proof. */
  #remove(waiter: Waiter): PressureReap | null {
    const { userId } = waiter.seed;
    const queue = this.#queues.get(userId);
    waiter.isSettled = true;
    this.#rooms.pulse.remove(waiter.timer);
    waiter.timer = noEntry;
    if (queue === undefined) return null;
    queue.waiters.splice(queue.waiters.indexOf(waiter), 1);
    if (queue.waiters.length === 0) this.#queues.delete(userId);
    return this.#takeReap(queue);
  }

  /** The pressure reap that is over, handed out once; null while somebody waits for proof. */
  #takeReap(queue: Queue | undefined): PressureReap | null {
    if (queue === undefined || queue.waiters.some(({ waitsFor }) => waitsFor === 'proof'))
      return null;
    const { reap } = queue;
    queue.reap = null;
    return reap;
  }
}
