import type { Newcomer } from '../core/admission.ts';
import { noEntry, type Timed } from '../core/timing-wheel.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import { HeldFrames } from './held-frames.ts';
import type { Asker } from './inquiry.ts';
import type { LimitClaim } from './limits.ts';
import type { PressureReap } from './pressure-reap.ts';
import type { Session } from './session.ts';
import type { SessionSocket, SocketOwner } from './socket.ts';

/**
 * What came of waiting. `concluded` is the pressure reap that is over with this waiter: told only once the slot is
 * taken, for a listener may ask for one itself. `taken` is the session that the waiter has chosen to end for it: there is
 * no free slot then, but that one's, which passes over.
 */
export type WaitOutcome =
  | {
      readonly outcome: 'admitted';
      readonly concluded: PressureReap | null;
      readonly taken?: Session;
    }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason; readonly retryAfterMs?: number }
  | { readonly outcome: 'left' };

/** A newcomer who waits: who it is, and what to do when it is decided. */
export interface WaiterSeed extends Newcomer, LimitClaim {
  /** What the application keeps with it, such as the claims of its token. */
  readonly extra: unknown;
  /** Its open socket, or null where the caller attaches one later. */
  readonly socket: SessionSocket | null;
  /** Called exactly once. On `admitted` the slot is free, or `taken` has it, and must be taken in the same tick. */
  readonly settle: (outcome: WaitOutcome, waiter: Waiter) => void;
}

/**
 * What a newcomer waits for: that the sessions in its way prove to be alive, or do not; then, where the policy asks it which
 * of them is to end, that the question is written, and that it is answered. A free slot ends all three.
 */
export type WaitsFor = 'proof' | 'question' | 'answer';

/** What the waiting room does for a waiter. */
export interface WaiterDuties {
  /** It has sent more than can be held for it, or asks for more than it reads. */
  overflow(waiter: Waiter): void;
  /** It was asked, and has said something, which is held. */
  read(waiter: Waiter, data: string | Uint8Array): void;
  due(waiter: Waiter, now: number): number;
  leave(waiter: Waiter): void;
}

/**
 * One newcomer in the queue. Owns its socket meanwhile: nothing is sent unless it is asked, and when the peer leaves, the
 * place is free.
 */
export class Waiter implements SocketOwner, Asker, Timed {
  readonly seed: WaiterSeed;
  readonly #duties: WaiterDuties;
  isSettled = false;
  /** Its connection is closed for good: there is nobody to say goodbye to. */
  isSocketGone = false;
  waitsFor: WaitsFor = 'proof';
  /** When it will have waited long enough, for proof or for an answer. */
  endsAt = 0;
  timer: number = noEntry;
  isCongested = false;
  bytesWritten = 0;
  readonly #said: HeldFrames = new HeldFrames();

  constructor(seed: WaiterSeed, duties: WaiterDuties) {
    this.seed = seed;
    this.#duties = duties;
  }

  get socket(): SessionSocket | null {
    return this.seed.socket;
  }

  due(now: number): number {
    return this.#duties.due(this, now);
  }

  ending(): void {
    this.#duties.leave(this);
  }

  gone(): void {
    this.isSocketGone = true;
    this.#duties.leave(this);
  }

  received(data: string | Uint8Array): void {
    if (this.isSettled) return;
    if (!this.#said.hold(data)) this.#duties.overflow(this);
    else if (this.waitsFor !== 'proof') this.#duties.read(this, data);
  }

  /** What the client has sent so far, handed over once. */
  takeHeld(): readonly (string | Uint8Array)[] {
    return this.#said.take();
  }

  letGo(data: string | Uint8Array): void {
    this.#said.letGo(data);
  }

  heard(): void {
    if (!this.#said.count()) this.#duties.overflow(this);
  }

  ponged(): void {
    this.heard();
  }

  drained(): void {
    this.isCongested = false;
  }
}
