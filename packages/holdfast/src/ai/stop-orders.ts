import type { ChatClient } from './chat-client.ts';

const firstDelayMs = 1_000;
const longestDelayMs = 30_000;

/** Orders to stop that the application has not been known to take. Each is said until it was, or until the answer ended. */
export class StopOrders {
  readonly #client: ChatClient;
  /** By answer: the timer of the next attempt, or null while one is out. */
  readonly #open: Map<string, ReturnType<typeof setTimeout> | null> = new Map();

  constructor(client: ChatClient) {
    this.#client = client;
  }

  stop(chat: string, answer: string): void {
    if (!this.#open.has(answer)) this.#say({ chat, answer, delayMs: firstDelayMs });
  }

  /** It is over: nothing is left to stop. */
  ended(answer: string): void {
    clearTimeout(this.#open.get(answer) ?? undefined);
    this.#open.delete(answer);
  }

  clear(): void {
    for (const answer of [...this.#open.keys()]) this.ended(answer);
  }

  #say({ chat, answer, delayMs }: StopOrder): void {
    this.#open.set(answer, null);
    this.#client.send({ holdfast: 'cancel', chat, answer }).then(
      () => this.ended(answer),
      () => {
        if (!this.#open.has(answer) || this.#client.state === 'closed') return this.ended(answer);
        const later = { chat, answer, delayMs: Math.min(delayMs * 2, longestDelayMs) };
        this.#open.set(
          answer,
          setTimeout(() => this.#say(later), delayMs),
        );
      },
    );
  }
}

interface StopOrder {
  readonly chat: string;
  readonly answer: string;
  readonly delayMs: number;
}
