import type { Newcomer } from '../core/admission.ts';
import { noEntry, type Timed } from '../core/timing-wheel.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { SessionSocket, SocketOwner } from './socket.ts';

/** What one pressure reap has seen so far; it lasts until nobody of the user waits any more. */
export interface PressureReap {
  examined: number;
  found: number;
  freed: number;
}

/**
 * What came of waiting. `concluded` is the pressure reap that is over with this waiter: told only once the slot is
 * taken, for a listener may ask for one itself.
 */
export type WaitOutcome =
  | { readonly outcome: 'admitted'; readonly concluded: PressureReap | null }
  | { readonly outcome: 'refused'; readonly reason: RefusalReason; readonly retryAfterMs?: number }
  | { readonly outcome: 'left' };

/** A newcomer who waits: who it is, and what to do when it is decided. */
export interface WaiterSeed extends Newcomer {
  readonly userId: string;
  /** The limit it brought in its token; undefined for that of everybody. */
  readonly brought: number | undefined;
  /** What the application wants to keep with the session. */
  readonly extra: unknown;
  /** Its open socket, or null where the caller attaches one later. */
  readonly socket: SessionSocket | null;
  /** Called exactly once. On `admitted` the slot is free and must be taken in the same tick. */
  readonly settle: (outcome: WaitOutcome, waiter: Waiter) => void;
}

/** What the waiting room does for a waiter. */
export interface WaiterDuties {
  /** It has sent more than can be held for it. */
  overflow(waiter: Waiter): void;
  due(waiter: Waiter, now: number): number;
  leave(waiter: Waiter): void;
}

/** Frames, pings among them, that a client may send before its `ready`; messages are served once the session is live. */
const mostFrames = 16;
const mostHeldBytes = 64 * 1024;

/** One newcomer in the queue. Owns its socket meanwhile: nothing is sent, and when the peer leaves, the place is free. */
export class Waiter implements SocketOwner, Timed {
  readonly seed: WaiterSeed;
  readonly #duties: WaiterDuties;
  isSettled = false;
  /** Its connection is closed for good: there is nobody to say goodbye to. */
  isSocketGone = false;
  /** When it will have waited long enough. */
  endsAt = 0;
  timer: number = noEntry;
  #held: (string | Uint8Array)[] | null = null;
  #heldBytes = 0;
  #frames = 0;

  constructor(seed: WaiterSeed, duties: WaiterDuties) {
    this.seed = seed;
    this.#duties = duties;
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
    this.#held ??= [];
    this.#heldBytes += data.length;
    if (this.#heldBytes <= mostHeldBytes) this.#held.push(data);
    this.heard();
  }

  /** What the client has sent so far, handed over once. */
  takeHeld(): readonly (string | Uint8Array)[] {
    const held = this.#held ?? [];
    this.#held = null;
    return held;
  }

  heard(): void {
    this.#frames += 1;
    if (this.#frames > mostFrames || this.#heldBytes > mostHeldBytes) this.#duties.overflow(this);
  }

  ponged(): void {
    this.heard();
  }

  drained(): void {}
}
