import { ClientError } from './client-error.ts';
import type { ClientEvents } from './client-events.ts';

type Names = keyof ClientEvents<object>;
type Handler = (value: never) => void;

/** Calls handlers in the order in which they came. One that throws stops nobody. */
export class Emitter {
  readonly #handlers: Map<Names, Set<Handler>> = new Map();

  /** @returns a function that takes the handler away again */
  on(name: Names, handler: Handler): () => void {
    // A handler given twice is called twice, and taken away one by one.
    const own: Handler = (value) => handler(value);
    const handlers = this.#handlers.get(name) ?? new Set();
    this.#handlers.set(name, handlers.add(own));
    return () => void handlers.delete(own);
  }

  emit<Name extends Names>(name: Name, value: ClientEvents<Record<string, unknown>>[Name]): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) {
      try {
        handler(value as never);
      } catch (cause) {
        this.#report(name, cause);
      }
    }
  }

  /** Tells the `error` handlers. */
  fail(error: ClientError): void {
    this.emit('error', error);
  }

  clear(): void {
    this.#handlers.clear();
  }

  #report(name: Names, cause: unknown): void {
    if (name !== 'error' && this.#handlers.get('error')?.size) {
      this.fail(new ClientError('handler-failed', `A handler of ${name} threw.`, { cause }));
      return;
    }
    // Nobody listens: it goes where what a listener throws always goes.
    queueMicrotask(() => {
      throw cause;
    });
  }
}
