import { isThenable } from '../core/thenable.ts';
import type { SessionEvent } from './session-event.ts';

/** Hears what happens. What it throws or rejects with is counted and told, and touches nobody else. */
export type SessionListener = (event: SessionEvent) => void;

/**
 * Hands each event to every listener, in the order in which they were added. Events caused by a listener come after the
 * one it was handling, so everybody sees the same order.
 */
export class EventStream {
  readonly #onThrow: (error: unknown) => void;
  readonly #waiting: SessionEvent[] = [];
  #listeners: readonly SessionListener[] = [];
  #isEmitting = false;

  constructor(onThrow: (error: unknown) => void) {
    this.#onThrow = onThrow;
  }

  /** Adds a listener; the function returned takes it off again. Both take effect with the next event. */
  add(listener: SessionListener): () => void {
    const entry: SessionListener = (event) => listener(event);
    this.#listeners = [...this.#listeners, entry];
    return () => {
      this.#listeners = this.#listeners.filter((other) => other !== entry);
    };
  }

  emit(event: SessionEvent): void {
    if (this.#isEmitting) {
      this.#waiting.push(event);
      return;
    }
    this.#isEmitting = true;
    let following: SessionEvent | undefined = event;
    while (following !== undefined) {
      for (const listener of this.#listeners) this.#hand(following, listener);
      following = this.#waiting.shift();
    }
    this.#isEmitting = false;
  }

  #hand(event: SessionEvent, listener: SessionListener): void {
    try {
      const outcome: unknown = listener(event);
      if (isThenable(outcome)) outcome.then(undefined, this.#onThrow);
    } catch (error) {
      this.#onThrow(error);
    }
  }
}
