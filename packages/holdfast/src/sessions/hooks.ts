import { isThenable } from '../core/thenable.ts';
import { never } from '../core/timing-wheel.ts';
import type { SessionEnd } from '../protocol/close-causes.ts';
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
  /** A session is attached and has its `ready`. Failing ends the session with 1011. */
  opened?(session: Session): unknown;
  /** A message of the client. Failing is answered with an `error` frame. */
  message?(session: Session, message: ClientMessage): unknown;
  /** A session is over; its slot is free already. */
  closed?(session: Session, cause: SessionEnd): unknown;
  /** A tracked event was not delivered; called once for each. */
  undelivered?(event: UndeliveredEvent): unknown;
}

/** Why a hook failed. */
export class HookTimeoutError extends Error {
  override readonly name = 'HookTimeoutError';
}

/** A hook with what follows from it. One for all calls, so that a call costs no closure. `S` is null where it is about no session. */
export interface HookUse<T, S extends Session | null = Session> {
  call(session: S, subject: T): unknown;
  done(session: S, subject: T): void;
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
          done: () => use.done(session, subject),
          failed: () => use.failed(session, subject),
        });
        return;
      }
    } catch (error) {
      this.#report(session, error ?? new Error('A hook threw nothing.'));
      use.failed(session, subject);
      return;
    }
    use.done(session, subject);
  }

  #await(outcome: PromiseLike<unknown>, session: Session | null, settled: Settled): void {
    let isOver = false;
    const settle = (error: unknown): void => {
      if (isOver) return;
      isOver = true;
      this.#pulse.remove(entry);
      this.#count(session, -1);
      if (error === null) {
        settled.done();
        return;
      }
      this.#report(session, error);
      settled.failed();
    };
    const expire = (): number => {
      settle(new HookTimeoutError(`A hook did not finish within ${this.#timeoutMs} ms.`));
      return never;
    };
    this.#count(session, 1);
    const entry = this.#pulse.add({ due: expire }, this.#pulse.now() + this.#timeoutMs);
    try {
      outcome.then(
        () => settle(null),
        (error: unknown) => settle(error ?? new Error('A hook rejected without a reason.')),
      );
    } catch (error) {
      settle(error ?? new Error('A hook threw nothing.'));
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
  readonly done: () => void;
  readonly failed: () => void;
}
