import { hasRoom } from '../core/admission.ts';
import { causeOfDeath } from '../core/death.ts';
import type { Settings } from '../core/options.ts';
import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import type { Door } from './door.ts';
import type { Enforcement } from './enforcement.ts';
import type { EventStream } from './event-stream.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Limits } from './limits.ts';
import { beatMs, type Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What the shadow works with. */
export interface ShadowRooms {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly enforcement: Enforcement;
  readonly heartbeat: Heartbeat;
  readonly door: Door;
  readonly pulse: Pulse;
  readonly events: EventStream;
}

/** How a newcomer got its slot. */
interface Entrance {
  /** When it came. */
  readonly since: number;
  /** It is that of its last session, which would have held it. */
  readonly isHeldAlready: boolean;
}

/**
 * What would have been, had everything been enforced for those who are only observed: which of their sessions would not be
 * here. It decides as admission does: the late are reaped first, then all are pinged, and who has not proven to be alive
 * within the probe timeout has lost its slot to the newcomer. It ends nothing and keeps nobody waiting.
 *
 * ```
 *  newcomer over the limit ──▶ tried ──▶ a slot would have become free in time ──▶ here
 *                                └─────▶ all alive, or too many at once ─────────▶ refused
 *  here ──▶ its ping unanswered for too long ──▶ reaped ──▶ heard again ──▶ here
 * ```
 */
export class Shadow {
  readonly #rooms: ShadowRooms;
  /** Sessions that hold a slot and would hold none. All others would be here. */
  readonly #absent: Map<Session, 'refused' | 'reaped' | Trial> = new Map();

  constructor(rooms: ShadowRooms) {
    this.#rooms = rooms;
  }

  /** How many sessions there are that would not be here, those among them that are being tried. */
  get size(): number {
    return this.#absent.size;
  }

  /** Whether a slot would be this session's, too. */
  holds(session: Session | null): boolean {
    return session !== null && !this.#absent.has(session);
  }

  /** A newcomer has its slot. */
  entered(session: Session, { since, isHeldAlready }: Entrance): void {
    const { settings, pulse } = this.#rooms;
    if (isHeldAlready || session.state === 'closed' || this.#hasRoomFor(session)) return;
    const { userId } = session;
    const trial = new Trial(this, session);
    this.#absent.set(session, trial);
    this.#reapDead(userId, pulse.polledAt);
    if (!this.#isOpen(trial) || this.#acquits(trial)) return;
    if (this.#tried(userId) > this.#limitOf(session)) {
      this.#refuse(trial, 'rate');
      return;
    }
    trial.timer = pulse.add(trial, since + settings.probeTimeoutMs + beatMs);
    pulse.rearm();
    for (const sibling of this.#present(userId)) this.#rooms.heartbeat.probe(sibling);
  }

  /** A session is dead of a cause for which it is not ended. */
  spared(session: Session): void {
    if (this.#absent.has(session)) return;
    this.#absent.set(session, 'reaped');
    const { id, userId } = session;
    this.#rooms.events.emit({
      type: 'wouldHaveReaped',
      session: id,
      user: userId,
      cause: 'no-pong',
    });
  }

  /** A frame of its peer has come: had it been ended, its client would come back now. */
  heard(session: Session): void {
    if (this.#absent.size > 0 && this.#absent.get(session) === 'reaped')
      this.#absent.delete(session);
  }

  left(session: Session): void {
    const absence = this.#absent.get(session);
    if (absence === undefined) return;
    this.#absent.delete(session);
    if (absence instanceof Trial) this.#rooms.pulse.remove(absence.timer);
  }

  /** The probe timeout of a newcomer is over. */
  due(trial: Trial, now: number): number {
    const { userId, stance } = trial.session;
    trial.timer = noEntry;
    this.#reapDead(userId, now);
    if (!this.#isOpen(trial)) return never;
    // Meanwhile it is enforced: what would have been is no question any more.
    if (!this.#rooms.enforcement.isObserved(stance)) this.#absent.delete(trial.session);
    else if (!this.#acquits(trial)) this.#refuse(trial, 'user-limit');
    return never;
  }

  /** Whether there is nothing to try: it is enforced, or there is a slot for the session besides those of the others. */
  #hasRoomFor(session: Session): boolean {
    const { enforcement, registry } = this.#rooms;
    const { userId, stance } = session;
    const limit = this.#limitOf(session);
    return (
      !enforcement.isObserved(stance) ||
      registry.count(userId) <= limit ||
      hasRoom(this.#present(userId).length - 1, limit)
    );
  }

  /** False when whoever was told of something has ended the session. */
  #isOpen(trial: Trial): boolean {
    return this.#absent.get(trial.session) === trial;
  }

  /** True when there would be a slot for it by now, which it has then. */
  #acquits({ session }: Trial): boolean {
    if (!hasRoom(this.#present(session.userId).length, this.#limitOf(session))) return false;
    this.#absent.delete(session);
    return true;
  }

  #refuse({ session }: Trial, reason: 'user-limit' | 'rate'): void {
    this.#absent.set(session, 'refused');
    const { id, userId } = session;
    const [limit, live] = [this.#limitOf(session), this.#present(userId).length];
    const about = { session: id, user: userId, reason, limit, live };
    this.#rooms.events.emit({ type: 'wouldHaveRefused', ...about });
  }

  /** By the patience of those who need a slot. What is a fact is acted on. */
  #reapDead(userId: string, now: number): void {
    const { heartbeat, door } = this.#rooms;
    for (const session of this.#present(userId)) {
      // Whoever was told of the one before may have let this one be heard.
      const cause = causeOfDeath(session, heartbeat.probePatience, now);
      if (cause !== null) door.reap(session, cause);
    }
  }

  /** The user's sessions that would be here. */
  #present(userId: string): readonly Session[] {
    const sessions = this.#rooms.registry.of(userId);
    return this.#absent.size === 0 ? sessions : sessions.filter((one) => this.holds(one));
  }

  #tried(userId: string): number {
    const sessions = this.#rooms.registry.of(userId);
    return sessions.filter((one) => this.#absent.get(one) instanceof Trial).length;
  }

  #limitOf({ userId, limit }: Session): number {
    return this.#rooms.limits.of(userId, limit);
  }
}

/** A newcomer of whom it is not known yet whether it would have got in. */
class Trial implements Timed {
  readonly #shadow: Shadow;
  readonly session: Session;
  timer: number = noEntry;

  constructor(shadow: Shadow, session: Session) {
    this.#shadow = shadow;
    this.session = session;
  }

  due(now: number): number {
    return this.#shadow.due(this, now);
  }
}
