import { hasRoom } from '../core/admission.ts';
import type { ErrorFrame } from '../protocol/frames.ts';
import type { Clock } from './clock.ts';
import type { EventStream } from './event-stream.ts';
import { askMs, type Inquiry, noRoom, unknownSession } from './inquiry.ts';
import type { Limits } from './limits.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';
import { viewSession } from './session-view.ts';
import type { Waiter } from './waiter.ts';

/** What asking works with. */
export interface QuestionRooms {
  readonly inquiry: Inquiry;
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly events: EventStream;
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
    const { inquiry, pulse, events, registry, limits } = this.#rooms;
    const { userId } = waiter.seed;
    if (!inquiry.canAsk(waiter)) return false;
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

  /** Reads what a waiter says who was asked. */
  read(waiter: Waiter, data: string | Uint8Array, duties: AnswerDuties): void {
    const answer = this.#rooms.inquiry.read(waiter, data);
    if (answer === 'garbage') duties.reject(waiter, 'bad-frame');
    else if (answer !== null) this.#takeOver(waiter, answer.session, duties);
  }

  /** Nobody alive is ended where somebody dead makes room, nor for one who would not get in, or is not there. */
  #takeOver(waiter: Waiter, id: string, duties: AnswerDuties): void {
    const { inquiry, pulse, registry, limits } = this.#rooms;
    const { userId, extra } = waiter.seed;
    const isGone = inquiry.isGone(waiter);
    const isRightful = inquiry.isWelcome(extra);
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
    const { inquiry, pulse, clock, registry, limits } = this.#rooms;
    const { userId } = waiter.seed;
    const instant = { fair: pulse.latest, raw: clock.nowMs(), epochMs: clock.epochMs() };
    const question = {
      limit: limits.inForce(waiter.seed),
      candidates: registry.of(userId).map((session) => viewSession(session, instant)),
      expiresIn: waiter.endsAt - instant.fair,
    };
    return inquiry.put(waiter, question, ...before);
  }
}
