import { isThenable } from '../core/thenable.ts';
import { never } from '../core/timing-wheel.ts';
import type { SessionEnd } from '../protocol/close-causes.ts';
import type { ResumeVerdict } from '../protocol/frames.ts';
import type { Faults } from './faults.ts';
import type { Pulse } from './pulse.ts';
import type { UndeliveredReason } from './receipt.ts';
import type { Session } from './session.ts';

/** A message of a client, for the application. */
export interface ClientMessage {
  readonly data: unknown;
  /** The client's name for it; it may send the same one again when it did not hear the answer. */
  readonly id?: string;
}

/** A tracked event that nobody has confirmed, and why nobody will. */
export interface UndeliveredEvent {
  readonly user: string;
  readonly epoch: string;
  readonly offset: number;
  /** The name of the event. */
  readonly event: string;
  /** The publisher's name for it. */
  readonly id?: string;
  readonly reason: UndeliveredReason;
}

/**
 * What the application does when something happens. A hook may return a promise; whatever it throws, or not finishing
 * within `hookTimeoutMs`, touches its own session only.
 */
export interface SessionHooks {
  /**
   * A session is attached and has its `ready`; `resume` is what that said of its position. Failing ends the session with
   * 1011.
   */
  onSession?(session: Session, resume: ResumeVerdict): unknown;
  /**
   * A message of the client. One with an id is answered `accepted` once this is done; failing is answered with an `error`
   * frame of the code `application-failed`. Whoever does not take it returns, or resolves to, a {@link MessageRefusal}.
   */
  onMessage?(session: Session, message: ClientMessage): unknown;
  /**
   * A client has brought a newer token. Returns, or resolves to, what it is worth, or null when it is not good: not this
   * user's, expired, revoked. Called for one token of a session at a time. Without this hook tokens are not refreshed.
   */
  onRefresh?(
    session: Session,
    token: string,
  ): RefreshedToken | null | PromiseLike<RefreshedToken | null>;
  /** A session is over; its slot is free already. Called once for each, also for one that was never attached. */
  onClose?(session: Session, cause: SessionEnd): unknown;
  /** A tracked event was not delivered; called once for each. */
  onUndelivered?(event: UndeliveredEvent): unknown;
}

/** The application does not take a message, and says so by a word for the `code` of the `error` frame. */
export interface MessageRefusal {
  readonly refused: string;
}

/** What a token that was accepted is worth. */
export interface RefreshedToken {
  /** When it expires, milliseconds since 1970, as the client is told; absent for one that never does. */
  readonly expiresAt?: number;
  /** Replaces the session's `extra`, in the tick in which the client is answered; absent: it stays. */
  readonly extra?: unknown;
}

/** Why a hook failed. */
export class HookTimeoutError extends Error {
  override readonly name = 'HookTimeoutError';
}

/** A hook with what follows from it. One for all calls, so that a call costs no closure. `S` is null where it is about no session. */
export interface HookUse<T, S extends Session | null = Session> {
  call(session: S, subject: T): unknown;
  /** @param outcome what the hook returned or resolved to */
  done(session: S, subject: T, outcome: unknown): void;
  failed(session: S, subject: T): void;
}

/** Runs hooks of the application, each with a deadline. */
export class HookRunner {
  readonly #pulse: Pulse;
  readonly #faults: Faults;
  readonly #timeoutMs: number;
  /** How many hooks of a session, or of none, have not come to an end. */
  readonly #underWay: Map<Session | null, number> = new Map();

  constructor(pulse: Pulse, faults: Faults, timeoutMs: number) {
    this.#pulse = pulse;
    this.#faults = faults;
    this.#timeoutMs = timeoutMs;
  }

  /** How many sessions have a hook under way; those of no session count as one. */
  get underWay(): number {
    return this.#underWay.size;
  }

  isBusy(session: Session): boolean {
    return this.#underWay.has(session);
  }

  /** Calls a hook and then exactly one of `done` and `failed`. A failure is counted as a fault of the session. */
  run<T, S extends Session | null>(use: HookUse<T, S>, session: S, subject: T): void {
    let outcome: unknown;
    try {
      outcome = use.call(session, subject);
      if (isThenable(outcome)) {
        this.#await(outcome, session, {
          done: (settledTo) => use.done(session, subject, settledTo),
          failed: () => use.failed(session, subject),
        });
        return;
      }
    } catch (error) {
      this.#report(session, error ?? new Error('A hook threw nothing.'));
      use.failed(session, subject);
      return;
    }
    use.done(session, subject, outcome);
  }

  #await(outcome: PromiseLike<unknown>, session: Session | null, settled: Settled): void {
    let isOver = false;
    const isFirst = (): boolean => {
      if (isOver) return false;
      isOver = true;
      this.#pulse.remove(entry);
      this.#count(session, -1);
      return true;
    };
    const fail = (error: unknown): void => {
      if (!isFirst()) return;
      this.#report(session, error);
      settled.failed();
    };
    const expire = (): number => {
      fail(new HookTimeoutError(`A hook did not finish within ${this.#timeoutMs} ms.`));
      return never;
    };
    this.#count(session, 1);
    const entry = this.#pulse.add({ due: expire }, this.#pulse.now() + this.#timeoutMs);
    try {
      outcome.then(
        (settledTo) => {
          if (isFirst()) settled.done(settledTo);
        },
        (error: unknown) => fail(error ?? new Error('A hook rejected without a reason.')),
      );
    } catch (error) {
      fail(error ?? new Error('A hook threw nothing.'));
    }
  }

  #count(session: Session | null, change: number): void {
    const count = (this.#underWay.get(session) ?? 0) + change;
    if (count > 0) this.#underWay.set(session, count);
    else this.#underWay.delete(session);
  }

  #report(session: Session | null, error: unknown): void {
    this.#faults.report('hook', error, session === null ? {} : { session: session.id });
  }
}

interface Settled {
  readonly done: (settledTo: unknown) => void;
  readonly failed: () => void;
}
