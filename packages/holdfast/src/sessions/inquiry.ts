import type { Settings } from '../core/options.ts';
import type { ErrorFrame, LimitFrame, ServerFrame } from '../protocol/frames.ts';
import type { SessionCodec } from './codec.ts';
import type { OpenOutcome } from './open-request.ts';
import { readFrame } from './read-frame.ts';
import type { AskingEnd } from './session-event.ts';
import type { SessionView } from './session-view.ts';
import type { SendOutcome, SessionSocket } from './socket.ts';
import { textFrame } from './text-frame.ts';
import { transportOf } from './transport.ts';
import { isWelcome, type WelcomeRooms } from './welcome.ts';

/** How long an answer is waited for, by the fair clock. */
export const askMs = 30_000;

/** One answer for a session that is over and for one that is none of this user's (G15). */
export const unknownSession: ErrorFrame = {
  type: 'error',
  code: 'unknown-session',
  message: 'Expected `session` of takeover to be one that is there; those that are follow.',
};
export const noRoom: ErrorFrame = {
  type: 'error',
  code: 'no-room',
  message: 'Expected a takeover that makes room, but the limit has been lowered meanwhile.',
};

/** Somebody who is asked: its socket, and what it was told there. */
export interface Asker {
  readonly socket: SessionSocket | null;
  /** It is decided about: nothing is written to it any more. */
  readonly isSettled: boolean;
  /** The engine has more of what it was told than it can write now. */
  isCongested: boolean;
  /** What it was told, which no pong confirms before it has a session. */
  bytesWritten: number;
  /** What has just been held was for now, and not for later. */
  letGo(data: string | Uint8Array): void;
}

/** What is told of a session that may be taken over. */
export type Candidate = Pick<SessionView, 'id' | 'device' | 'openedAt' | 'lastInboundMs'>;

/** What somebody is asked. */
export interface Question {
  readonly limit: number;
  /** Those in its way, oldest first. */
  readonly candidates: readonly Candidate[];
  /** How long an answer is waited for from now, milliseconds. */
  readonly expiresIn: number;
}

/** What inquiries are made with. */
export interface InquiryRooms extends WelcomeRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
}

/**
 * The words of the policy `ask`: how a newcomer is told of the sessions in its way, and how its answer is read. The same
 * whether they are all here or on many nodes; what an answer comes to is decided elsewhere.
 */
export class Inquiry {
  readonly #rooms: InquiryRooms;

  constructor(rooms: InquiryRooms) {
    this.#rooms = rooms;
  }

  /** Whether anybody is asked by this policy, on this wire, and over this socket. */
  canAsk({ socket }: Asker): boolean {
    const { settings, codec } = this.#rooms;
    return settings.onLimit === 'ask' && codec.greets && socket !== null;
  }

  /** Whether the application still lets somebody in. */
  isWelcome(extra: unknown): boolean {
    return isWelcome(extra, this.#rooms);
  }

  /** Whether its connection is known to be closed. */
  isGone({ socket }: Asker): boolean {
    return socket === null || transportOf(socket, this.#rooms.faults) === 'closed';
  }

  /**
   * Tells an asker of the sessions in its way; `before` that, what was wrong with its answer. False when it cannot be
   * written. What a client can have us write that does not read is bounded (I12): by the size of a log, and by one write
   * that waits in the engine. Nothing is written to one that is decided about.
   */
  put(
    asker: Asker,
    { limit, candidates, expiresIn }: Question,
    ...before: readonly ErrorFrame[]
  ): boolean {
    const question: LimitFrame = {
      type: 'limit',
      limit,
      sessions: candidates.map(({ id, device, openedAt, lastInboundMs }) => ({
        session: id,
        device,
        openedAt,
        lastSeenMs: lastInboundMs,
      })),
      expiresIn: Math.max(0, expiresIn),
    };
    return this.#write(asker, [...before, question]);
  }

  /**
   * Reads what an asker says: only an answer is for now, and names a session; the rest stays held as with all who wait, and
   * is null; `garbage` is what is no frame.
   */
  read(asker: Asker, data: string | Uint8Array): { readonly session: string } | 'garbage' | null {
    const parsed = readFrame(data, this.#rooms);
    if (asker.isSettled) return null;
    if (!parsed.ok) return parsed.breach ? 'garbage' : null;
    if (parsed.frame.type !== 'takeover') return null;
    asker.letGo(data);
    return { session: parsed.frame.session };
  }

  #write(asker: Asker, frames: readonly ServerFrame[]): boolean {
    const { codec, faults, settings } = this.#rooms;
    const { socket } = asker;
    const texts = frames
      .map((frame) => faults.attempt('application', () => codec.encode(frame), null))
      .filter((text) => text !== null);
    if (asker.isSettled) return true;
    if (socket === null || asker.isCongested || texts.length === 0) return false;
    const bytes = Buffer.concat(texts.map(textFrame));
    if (asker.bytesWritten + bytes.length > settings.historyBytes) return false;
    const send = (): SendOutcome => socket.send(bytes, null);
    const outcome = faults.attempt<SendOutcome>('socket', send, 'dropped');
    asker.isCongested = outcome === 'queued';
    if (outcome === 'dropped') return asker.isSettled;
    if (socket.canPing) asker.bytesWritten += bytes.length;
    return true;
  }
}

/**
 * How an asking ended, by what became of the asker. Somebody who turned out to have a place by its ticket has taken nobody's;
 * and nobody gets in once the door is shut.
 */
export function endOfAsking(
  became: OpenOutcome,
  about: {
    readonly isOverdue: boolean;
    /** It was given a slot, whatever became of it then. */
    readonly hadSlot: boolean;
    /** The session that was ended for it. */
    readonly taken: string | null;
  },
): { readonly how: AskingEnd; readonly session?: string } {
  if (became.outcome === 'refused') {
    const isExpired = about.isOverdue && became.refusal.reason === 'user-limit';
    return { how: isExpired ? 'expired' : 'turned-away' };
  }
  if (!about.hadSlot) return { how: 'left' };
  return about.taken === null ? { how: 'slot-free' } : { how: 'took-over', session: about.taken };
}
