import { hasRoom } from '../core/admission.ts';
import type { Settings } from '../core/options.ts';
import type { ErrorFrame, LimitFrame, ServerFrame } from '../protocol/frames.ts';
import type { Clock } from './clock.ts';
import type { SessionCodec } from './codec.ts';
import type { EventStream } from './event-stream.ts';
import type { Faults } from './faults.ts';
import type { Limits } from './limits.ts';
import type { OpenOutcome } from './open-request.ts';
import type { Pulse } from './pulse.ts';
import { readFrame } from './read-frame.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';
import { viewSession } from './session-view.ts';
import type { SendOutcome } from './socket.ts';
import { textFrame } from './text-frame.ts';
import { transportOf } from './transport.ts';
import type { AskingEnd } from './session-event.ts';
import type { Waiter, WaitOutcome } from './waiter.ts';
import { isWelcome } from './would-get-in.ts';

/** What asking works with. */
export interface QuestionRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
  readonly isWelcome: (extra: unknown) => boolean;
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly events: EventStream;
  readonly faults: Faults;
}

/** What an answer comes to; done by the waiting room. */
export interface AnswerDuties {
  /** Ends the user's sessions that are dead; whoever is oldest in the queue has their slots. */
  reapDead(userId: string, now: number): void;
  /** Its connection is closed. */
  leave(waiter: Waiter): void;
  /** The session ends, and its slot is the waiter's. */
  handOver(waiter: Waiter, session: Session): void;
  /** It has no business here: what it said is no frame, or what the application has let it in for is over. */
  reject(waiter: Waiter, reason: 'bad-frame' | 'unauthorized'): void;
  /** It asks for more than it reads. */
  overflow(waiter: Waiter): void;
}

/** How long an answer is waited for, by the fair clock. */
export const askMs = 30_000;

/** One answer for a session that is over and for one that is none of this user's (G15). */
const unknownSession: ErrorFrame = {
  type: 'error',
  code: 'unknown-session',
  message: 'Expected `session` of takeover to be one that is there; those that are follow.',
};
const noRoom: ErrorFrame = {
  type: 'error',
  code: 'no-room',
  message: 'Expected a takeover that makes room, but the limit has been lowered meanwhile.',
};

/**
 * The policy `ask`: a newcomer for whom all sessions of its user have proven to be alive is told of them, and may choose
 * one to end. It holds no slot meanwhile and stays in the queue; every word it says counts against what a waiter may say.
 */
export class Questions {
  readonly #rooms: QuestionRooms;

  constructor(rooms: QuestionRooms) {
    this.#rooms = rooms;
  }

  /** Asks a waiter. False when it cannot be asked: by policy, on this wire, without a socket, or on one that takes nothing. */
  ask(waiter: Waiter): boolean {
    const { settings, codec, pulse, events, registry, limits } = this.#rooms;
    const { socket, userId } = waiter.seed;
    if (settings.onLimit !== 'ask' || socket === null || !codec.greets) return false;
    // First, for a codec or a socket that calls back may have the waiter judged once more.
    waiter.waitsFor = 'question';
    waiter.endsAt = pulse.latest + askMs;
    if (!this.#tell(waiter)) return false;
    if (waiter.isSettled) return true;
    waiter.waitsFor = 'answer';
    const [limit, live] = [limits.inForce(waiter.seed), registry.count(userId)];
    events.emit({ type: 'asked', user: userId, limit, live });
    return true;
  }

  /** Reads what a waiter says who was asked: only an answer is for now, the rest stays held as with all who wait. */
  read(waiter: Waiter, data: string | Uint8Array, duties: AnswerDuties): void {
    const parsed = readFrame(data, this.#rooms);
    if (waiter.isSettled) return;
    if (!parsed.ok && parsed.breach) duties.reject(waiter, 'bad-frame');
    if (!parsed.ok || parsed.frame.type !== 'takeover') return;
    waiter.letGo(data);
    this.#takeOver(waiter, parsed.frame.session, duties);
  }

  /** Nobody alive is ended where somebody dead makes room, nor for one who would not get in, or is not there. */
  #takeOver(waiter: Waiter, id: string, duties: AnswerDuties): void {
    const { pulse, registry, limits, faults } = this.#rooms;
    const { userId, socket } = waiter.seed;
    const isGone = socket === null || transportOf(socket, faults) === 'closed';
    const isRightful = isWelcome(waiter, this.#rooms);
    duties.reapDead(userId, pulse.polledAt);
    // Whoever hears of a stall may end the session; and the waiter takes its slot at this instant.
    pulse.now();
    if (waiter.isSettled) return;
    const session = registry.of(userId).find((one) => one.id === id);
    const isEnough = hasRoom(registry.count(userId) - 1, limits.inForce(waiter.seed));
    if (isGone) duties.leave(waiter);
    else if (!isRightful) duties.reject(waiter, 'unauthorized');
    else if (session !== undefined && isEnough) duties.handOver(waiter, session);
    else if (!this.#tell(waiter, session === undefined ? unknownSession : noRoom))
      duties.overflow(waiter);
  }

  /** Tells a waiter of the sessions in its way, as they are now; `before` that, what was wrong with its answer. */
  #tell(waiter: Waiter, ...before: readonly ErrorFrame[]): boolean {
    const { pulse, clock, registry, limits } = this.#rooms;
    const { userId } = waiter.seed;
    const [fair, raw, epochMs] = [pulse.latest, clock.nowMs(), clock.epochMs()];
    const question: LimitFrame = {
      type: 'limit',
      limit: limits.inForce(waiter.seed),
      sessions: registry.of(userId).map((session) => {
        const { id, device, openedAt, lastInboundMs } = viewSession(session, {
          fair,
          raw,
          epochMs,
        });
        return { session: id, device, openedAt, lastSeenMs: lastInboundMs };
      }),
      expiresIn: Math.max(0, waiter.endsAt - fair),
    };
    return this.#write(waiter, [...before, question]);
  }

  /**
   * False when it cannot be written. What a client can have us write that does not read is bounded (I12): by the size of a
   * log, and by one write that waits in the engine. Nothing is written to one that is decided about.
   */
  #write(waiter: Waiter, frames: readonly ServerFrame[]): boolean {
    const { codec, faults, settings } = this.#rooms;
    const { socket } = waiter.seed;
    const texts = frames
      .map((frame) => faults.attempt('application', () => codec.encode(frame), null))
      .filter((text) => text !== null);
    if (waiter.isSettled) return true;
    if (socket === null || waiter.isCongested || texts.length === 0) return false;
    const bytes = Buffer.concat(texts.map(textFrame));
    if (waiter.bytesWritten + bytes.length > settings.historyBytes) return false;
    const send = (): SendOutcome => socket.send(bytes, null);
    const outcome = faults.attempt<SendOutcome>('socket', send, 'dropped');
    waiter.isCongested = outcome === 'queued';
    if (outcome === 'dropped') return waiter.isSettled;
    if (socket.canPing) waiter.bytesWritten += bytes.length;
    return true;
  }
}

/**
 * How the asking of a waiter ended, by what was decided about it and what became of that. Somebody who turned out to have
 * a place by its ticket has taken nobody's; and nobody gets in once the door is shut.
 */
export function endOfAsking(
  decided: WaitOutcome,
  became: OpenOutcome,
  isOverdue: boolean,
): { readonly how: AskingEnd; readonly session?: string } {
  if (became.outcome === 'refused') {
    const isExpired = isOverdue && became.refusal.reason === 'user-limit';
    return { how: isExpired ? 'expired' : 'turned-away' };
  }
  if (decided.outcome !== 'admitted') return { how: 'left' };
  return decided.taken?.state === 'closed'
    ? { how: 'took-over', session: decided.taken.id }
    : { how: 'slot-free' };
}
