import { StoreError } from '../sessions/store/store-error.ts';
import type { LinkEnd, MemoryStoreLink } from '../stores/memory/memory-store-link.ts';

/** How a simulated link takes its time. */
export interface SimulatedStoreLinkOptions {
  /** Runs something after so many milliseconds; of those of one instant, the first that was asked for runs first. */
  readonly later: (ms: number, run: () => void) => void;
  /** How long the next act, answer or message takes, milliseconds; nothing overtakes what went before it. */
  readonly delayMs: () => number;
}

/** Whether an act that fails was done. */
export type FailedAct = 'not-done' | 'done';

/**
 * A link between one node and a memory store that is as slow and as unreliable as told. Acts go one way, answers and messages
 * the other; in each direction all arrive in order, or not at all.
 *
 * ```
 *   node ── acts ───────────────▶ store      cut: both are lost; what had arrived was done
 *        ◀─ answers, messages ───            freeze: acts wait at the store; what it sent arrives
 * ```
 */
export class SimulatedStoreLink implements MemoryStoreLink {
  readonly #there: OneWay;
  readonly #back: OneWay;
  readonly #failures: FailedAct[] = [];
  /** Those who wait for an answer. */
  readonly #waiting: Set<(error: Error) => void> = new Set();
  #end: LinkEnd | null = null;
  #isCut = false;

  constructor(options: SimulatedStoreLinkOptions) {
    this.#there = new OneWay(options);
    this.#back = new OneWay(options);
  }

  /** How many acts were asked for and not answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  attach(end: LinkEnd): void {
    this.#end = end;
  }

  ask<T>(act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#isCut) {
        reject(unreachable());
        return;
      }
      this.#waiting.add(reject);
      const failure = this.#failures.shift();
      this.#there.send(() => {
        const answer = failure === 'not-done' ? null : attempt(act);
        this.#back.send(() => {
          this.#waiting.delete(reject);
          if (answer === null || failure !== undefined) reject(unreachable());
          else if (answer.isDone) resolve(answer.value);
          else reject(answer.error);
        });
      });
    });
  }

  tell(deliver: () => void): boolean {
    if (this.#isCut) return false;
    this.#back.send(deliver);
    return true;
  }

  /** Loses what is on its way, in both directions, and lets nothing pass until it is mended. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#there.clear();
    this.#back.clear();
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const reject of waiting) reject(unreachable());
    this.#end?.lost(unreachable());
  }

  /** Lets things pass again. */
  mend(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#end?.back();
  }

  /** The store does nothing of what this link brings, until it thaws. */
  freeze(): void {
    this.#there.hold();
  }

  /** The store does what was brought meanwhile. */
  thaw(): void {
    this.#there.goOn();
  }

  /** The next act that is asked for fails, and was done or not. */
  failNext(failed: FailedAct): void {
    this.#failures.push(failed);
  }
}

type Attempt<T> =
  | { readonly isDone: true; readonly value: T }
  | { readonly isDone: false; readonly error: unknown };

function attempt<T>(act: () => T): Attempt<T> {
  try {
    return { isDone: true, value: act() };
  } catch (error) {
    return { isDone: false, error };
  }
}

function unreachable(): StoreError {
  return new StoreError('unreachable', 'Expected an answer of the store, the link to it is cut.');
}

/** One direction. Each arrival takes the oldest that is on its way, so nothing overtakes. */
class OneWay {
  readonly #options: SimulatedStoreLinkOptions;
  #underWay: (() => void)[] = [];
  /** Arrivals that happened while it was held. */
  #arrived = 0;
  #isHeld = false;

  constructor(options: SimulatedStoreLinkOptions) {
    this.#options = options;
  }

  send(item: () => void): void {
    const queue = this.#underWay;
    queue.push(item);
    this.#options.later(this.#options.delayMs(), () => {
      if (queue !== this.#underWay) return;
      this.#arrived += 1;
      this.#deliver();
    });
  }

  /** What is on its way is lost; its arrivals are those of a queue that is gone. */
  clear(): void {
    this.#underWay = [];
    this.#arrived = 0;
  }

  hold(): void {
    this.#isHeld = true;
  }

  goOn(): void {
    this.#isHeld = false;
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#isHeld && this.#arrived > 0) {
      this.#arrived -= 1;
      this.#underWay.shift()?.();
    }
  }
}
