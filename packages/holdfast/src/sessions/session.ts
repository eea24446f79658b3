import { notOut, type TransportState, type VitalFacts } from '../core/death.ts';
import type { Stance } from '../core/enforcement.ts';
import type { SessionState } from '../core/lifecycle.ts';
import { noEntry, type Timed } from '../core/timing-wheel.ts';
import type { Occupant } from '../core/admission.ts';
import type { AwaitedReceipts } from './awaited-receipts.ts';
import type { Grant } from './grant.ts';
import type { Inheritance, Position } from './position.ts';
import type { EndSign, SessionSocket, SocketOwner } from './socket.ts';

export type { Position } from './position.ts';

/** What the rooms of the layer do for a session. One object for all sessions. */
export interface SessionDuties {
  transportOf(socket: SessionSocket): TransportState;
  heard(session: Session): void;
  ponged(session: Session, mark: number): void;
  received(session: Session, data: string | Uint8Array): void;
  /** A message that came before its session was live. */
  serve(session: Session, data: string | Uint8Array): void;
  drained(session: Session): void;
  ending(session: Session, sign: EndSign, code: number | undefined): void;
  gone(session: Session): void;
  due(session: Session, now: number): number;
}

/** What all sessions of a layer have in common. */
export interface SessionKin {
  readonly idPrefix: string;
  readonly duties: SessionDuties;
}

/** What a session is made from. */
export interface SessionSeed {
  readonly userId: string;
  /** The limit of its token, or that of everybody; the one in force where no operator has set another. */
  readonly limit: number;
  readonly stance: Stance;
  readonly device: string | null;
  /** What the application keeps with it; the layer never looks at it. */
  readonly extra?: unknown;
  readonly now: number;
  /** The same instant by the raw clock, whole milliseconds. */
  readonly nowRaw: number;
  /** When its newcomer came, which may be a while ago. */
  readonly arrivedAt: number;
  /** Its request was sent at this instant or later: it may have lain in the kernel for a while. */
  readonly sentAfter: number;
  readonly inheritance: Inheritance | null;
  readonly brought: Position | null;
  /** What the store of its cluster said; absent for who was let in by this layer alone. */
  readonly grant?: Grant;
}

/** A place in the registry's table, and the generation that holds it: the handle of a session. */
export interface Place {
  readonly index: number;
  readonly generation: number;
}

/**
 * One connection's place in the system: a slot and a cursor. Facts only, in a fixed shape; what is done about them is
 * the matter of the rooms. Instants are whole milliseconds of the fair clock.
 */
export class Session implements SocketOwner, Timed, VitalFacts, Occupant {
  readonly #kin: SessionKin;
  readonly index: number;
  readonly generation: number;
  /** The generation of the first session of this client: one lineage from there through all that resumed. */
  readonly lineage: number;
  /** The generation whose ticket is good until this session has confirmed its own; 0 when there is none. */
  predecessor: number;
  readonly userId: string;
  readonly limit: number;
  /** What its newcomer came with; that of the user's newest session counts for all of theirs. */
  readonly stance: Stance;
  readonly device: string | null;
  /** What the application keeps with it. It goes when the session goes, and changes only when a token is refreshed. */
  extra: unknown;
  readonly openedAt: number;
  /** By the raw clock, whole milliseconds: what people are told of its age includes suspensions. */
  readonly openedAtRaw: number;
  state: SessionState = 'opening';
  /** Until the first frame: the instant before its newcomer came. Having come proves nothing to those who came later. */
  heardAt: number;
  /** Invariant: at most `heardAt`. */
  provenAt: number;
  /** When the outstanding ping went out. Invariant: `notOut`, or at least `openedAt`. */
  pingAt: number = notOut;
  /** Carried by the last ping; only its own pong confirms anything. */
  pingMark = 0;
  /** Bytes written that no pong has confirmed. Invariant: at least `bytesBeforePing`. */
  unconfirmedBytes = 0;
  bytesBeforePing = 0;
  cursorBeforePing = 0;
  /** Place in the user's log up to which everything was written, or told as a gap. */
  cursor = 0;
  /**
   * Place up to which the client has everything: it said so, or it answered a ping that was written after. Invariant: at
   * most `cursor`.
   */
  acked = 0;
  /** Tracked events it was written and has not confirmed; null before the first. */
  awaited: AwaitedReceipts | null = null;
  /** The engine has more than it can write now. */
  isCongested = false;
  /** A frame arrived while the engine said closed: what it says of this socket is worth nothing (I9). */
  isTransportDoubted = false;
  /** The state of the message rate limit. */
  messageMark = 0;
  /** Entry on the timing wheel. */
  timer: number = noEntry;
  socket: SessionSocket | null = null;
  /** Where its client says it was; null once that has been answered. */
  brought: Position | null;
  /** What the store of its cluster said of its user; null once its client was told, and for who was let in without it. */
  grant: Grant | null;
  /** Of the record that its cursor is a place in, as its client was told; null for that of this process. */
  epoch: string | null = null;

  constructor(kin: SessionKin, place: Place, seed: SessionSeed) {
    this.#kin = kin;
    this.index = place.index;
    this.generation = place.generation;
    this.lineage = seed.inheritance?.lineage ?? place.generation;
    this.predecessor = seed.inheritance?.predecessor ?? 0;
    this.brought = seed.brought;
    this.grant = seed.grant ?? null;
    this.userId = seed.userId;
    this.limit = seed.limit;
    this.stance = seed.stance;
    this.device = seed.device;
    this.extra = seed.extra ?? null;
    this.openedAt = seed.now;
    this.openedAtRaw = seed.nowRaw;
    this.heardAt = seed.arrivedAt - 1;
    this.provenAt = Math.min(this.heardAt, seed.sentAfter);
  }

  /**
   * Unique in the life of this node, by construction: the same place is never held twice by one generation. One that has
   * resumed names its lineage too, so that whoever knows an id knows for whom to publish, also when the session is over.
   */
  get id(): string {
    const id = `${this.#kin.idPrefix}-${this.index}-${this.generation}`;
    return this.lineage === this.generation ? id : `${id}.${this.lineage}`;
  }

  get transport(): TransportState {
    return this.socket === null || this.isTransportDoubted
      ? 'unknown'
      : this.#kin.duties.transportOf(this.socket);
  }

  heard(): void {
    this.#kin.duties.heard(this);
  }

  ponged(mark: number): void {
    this.#kin.duties.ponged(this, mark);
  }

  received(data: string | Uint8Array): void {
    this.#kin.duties.received(this, data);
  }

  /** Serves a message that came while its client waited. It is older than now, so it proves nothing about now (I9). */
  serve(data: string | Uint8Array): void {
    this.#kin.duties.serve(this, data);
  }

  drained(): void {
    this.#kin.duties.drained(this);
  }

  ending(sign: EndSign, code?: number): void {
    this.#kin.duties.ending(this, sign, code);
  }

  gone(): void {
    this.#kin.duties.gone(this);
  }

  due(now: number): number {
    return this.#kin.duties.due(this, now);
  }
}
