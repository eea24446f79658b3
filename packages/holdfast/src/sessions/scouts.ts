import { earliestDeathAt, isProvenAlive, retryAfterMs } from '../core/admission.ts';
import type { Settings } from '../core/options.ts';
import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import type { SessionEnd } from '../protocol/close-causes.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Heartbeat } from './heartbeat.ts';
import { type PressureReap, reapDead } from './pressure-reap.ts';
import { beatMs, type Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What scouts work with. */
export interface ScoutsRooms {
  readonly settings: Settings;
  readonly registry: Registry;
  readonly heartbeat: Heartbeat;
  readonly pulse: Pulse;
  readonly door: Door;
  readonly events: EventStream;
}

/**
 * What a scout found of a user's sessions here. `freed`: one of them is gone, or there is none. `alive`: all of them have
 * proven to be alive since it came. `unproven`: the time was up before; when a known deadline can change that, if one can.
 */
export interface ScoutReport {
  readonly outcome: 'freed' | 'alive' | 'unproven';
  readonly retryAfterMs?: number;
}

/** A look at a user's sessions, for a newcomer who wants to know whether one of them has to make room. */
export interface Scouting {
  /** Resolves within the probe timeout and a beat; never rejects. */
  readonly settled: Promise<ScoutReport>;
  /** Nobody wants to know any more: resolves as `unproven`. */
  withdraw(): void;
}

/** Scouts of one user at once; one more is told at once that nothing is proven. */
export const mostScouts = 64;

/** The slot of such a session is somebody else's already: it is not free. */
const handedOver: ReadonlySet<SessionEnd> = new Set(['superseded', 'taken-over', 'evicted']);

interface Party {
  readonly scouts: Scout[];
  readonly reap: PressureReap;
}

/**
 * Asks the sessions of a user here to prove that they are alive, for a newcomer who has no slot here and gets none: it may be
 * on another node. The rules are those of the waiting room: all are pinged, each once; the late are reaped; only what was
 * sent after the scout came proves anything; nobody waits longer than the probe timeout and a beat.
 */
export class Scouts {
  readonly #rooms: ScoutsRooms;
  readonly #parties: Map<string, Party> = new Map();

  constructor(rooms: ScoutsRooms) {
    this.#rooms = rooms;
  }

  send(userId: string): Scouting {
    const { pulse, settings, registry } = this.#rooms;
    const since = pulse.ensure();
    const party = this.#parties.get(userId);
    const isTooMany = (party?.scouts.length ?? 0) >= mostScouts;
    const scout = new Scout(this, { userId, since });
    const scouting = { settled: scout.settled, withdraw: () => this.#dismiss(scout, unproven) };
    if (registry.count(userId) === 0) scout.tell({ outcome: 'freed' });
    else if (isTooMany) scout.tell({ ...unproven, retryAfterMs: settings.probeTimeoutMs });
    else this.#begin(scout);
    return scouting;
  }

  /** Whether somebody wants to know whether the sessions of this user are alive. */
  areOut(userId: string): boolean {
    return this.#parties.has(userId);
  }

  /** How many are out. */
  get size(): number {
    return [...this.#parties.values()].reduce((size, { scouts }) => size + scouts.length, 0);
  }

  /** A session is over: its slot is free, unless it was handed over. */
  left({ userId }: Session, cause: SessionEnd): void {
    if (this.#parties.size === 0 || !this.#parties.has(userId)) return;
    const isFreed = !handedOver.has(cause) || this.#rooms.registry.count(userId) === 0;
    if (isFreed) this.#settleAll(userId, () => ({ outcome: 'freed' }));
    else this.judge(userId);
  }

  /** A frame of a session has come, or one that was in doubt is here no more. */
  judge(userId: string): void {
    if (this.#parties.size === 0 || !this.#parties.has(userId)) return;
    const { registry, pulse } = this.#rooms;
    const isAlive = (scout: Scout): boolean =>
      registry.of(userId).every((session) => isProvenAlive(session, scout));
    // An engine may know by now that one of them is closed.
    if (this.#parties.get(userId)?.scouts.some(isAlive) === true)
      this.#reapDead(userId, pulse.polledAt);
    this.#settleAll(userId, (scout) => (isAlive(scout) ? { outcome: 'alive' } : null));
    // Whoever has just got a slot, or answered a ping from before, proves nothing yet to those who came after it.
    const newest = this.#parties.get(userId)?.scouts.at(-1);
    if (newest !== undefined) this.#probe(userId, (session) => !isProvenAlive(session, newest));
  }

  /** The time of a scout may be up, or that of a session. */
  due(scout: Scout, now: number): number {
    const { userId } = scout;
    this.#reapDead(userId, now);
    if (!scout.isSettled && now >= scout.endsAt) this.#dismiss(scout, this.#doubt(scout));
    return scout.isSettled ? never : this.#nextLook(scout);
  }

  #begin(scout: Scout): void {
    const { pulse, settings, registry } = this.#rooms;
    const { userId, since } = scout;
    const reap = { examined: registry.count(userId), found: 0, freed: 0 };
    const party = this.#parties.get(userId) ?? { scouts: [], reap };
    this.#parties.set(userId, party);
    party.scouts.push(scout);
    scout.endsAt = since + settings.probeTimeoutMs + beatMs;
    scout.timer = pulse.add(scout, scout.endsAt);
    pulse.rearm();
    this.#reapDead(userId, pulse.polledAt);
    if (scout.isSettled) return;
    // Within the millisecond in which it came, only the answer to a ping tells before from after.
    this.#probe(userId, ({ provenAt }) => provenAt <= since);
    this.judge(userId);
    if (!scout.isSettled) pulse.move(scout.timer, this.#nextLook(scout));
  }

  /** Has the sessions pinged of which this is true, where no ping is out. */
  #probe(userId: string, isAsked: (session: Session) => boolean): void {
    for (const session of this.#rooms.registry.of(userId))
      if (isAsked(session)) this.#rooms.heartbeat.probe(session);
  }

  #reapDead(userId: string, now: number): void {
    const reap = this.#parties.get(userId)?.reap ?? null;
    reapDead(this.#rooms, userId, { now, reap });
  }

  /** When a session can be dead at the earliest, or the scout's own time is up. */
  #nextLook({ userId, endsAt }: Scout): number {
    const { registry, heartbeat } = this.#rooms;
    return Math.min(endsAt, earliestDeathAt(registry.of(userId), heartbeat.probePatience));
  }

  #doubt(scout: Scout): ScoutReport {
    const { registry, heartbeat, pulse } = this.#rooms;
    const rules = { patience: heartbeat.probePatience, now: pulse.latest };
    const retryMs = retryAfterMs(registry.of(scout.userId), scout, rules);
    return retryMs === undefined ? unproven : { ...unproven, retryAfterMs: retryMs };
  }

  #settleAll(userId: string, reportFor: (scout: Scout) => ScoutReport | null): void {
    for (const scout of [...(this.#parties.get(userId)?.scouts ?? [])]) {
      const report = scout.isSettled ? null : reportFor(scout);
      if (report !== null) this.#dismiss(scout, report);
    }
  }

  #dismiss(scout: Scout, report: ScoutReport): void {
    if (scout.isSettled) return;
    scout.tell(report);
    this.#rooms.pulse.remove(scout.timer);
    scout.timer = noEntry;
    const { userId } = scout;
    const party = this.#parties.get(userId);
    if (party === undefined) return;
    party.scouts.splice(party.scouts.indexOf(scout), 1);
    if (party.scouts.length > 0) return;
    this.#parties.delete(userId);
    this.#rooms.events.emit({ type: 'pressureReaped', user: userId, ...party.reap });
  }
}

const unproven: ScoutReport = { outcome: 'unproven' };

/** One look at the sessions of a user. */
class Scout implements Timed {
  readonly #scouts: Scouts;
  readonly userId: string;
  /** When it came: what was sent before proves nothing to it. */
  readonly since: number;
  readonly settled: Promise<ScoutReport>;
  #resolve: ((report: ScoutReport) => void) | null = null;
  isSettled = false;
  endsAt = 0;
  timer: number = noEntry;

  constructor(scouts: Scouts, { userId, since }: Pick<Scout, 'userId' | 'since'>) {
    this.#scouts = scouts;
    this.userId = userId;
    this.since = since;
    this.settled = new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  tell(report: ScoutReport): void {
    this.isSettled = true;
    this.#resolve?.(report);
  }

  due(now: number): number {
    return this.#scouts.due(this, now);
  }
}
