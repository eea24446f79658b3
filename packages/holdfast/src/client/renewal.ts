import { Alarm } from './alarm.ts';
import type { ClientError } from './client-error.ts';
import type { Ground } from './ground.ts';
import type { TokenSource } from './token-source.ts';

/** What renewal works with. */
export interface RenewalParts {
  readonly ground: Ground;
  readonly tokens: TokenSource;
  readonly send: (frame: object) => void;
  readonly failed: (error: ClientError) => void;
}

/** Not more often than this is the provider asked, whatever the clock says. */
const leastMs = 1_000;
/** How long until a provider that had nothing new is asked again. */
const againMs = 10_000;

/** Replaces the token of an open session before it ends. */
export class Renewal {
  readonly #parts: RenewalParts;
  readonly #alarm: Alarm;
  #isOver = false;

  constructor(parts: RenewalParts) {
    this.#parts = parts;
    this.#alarm = new Alarm(parts.ground);
  }

  start(): void {
    this.#arm(this.#parts.tokens.renewInMs);
  }

  /** The server has taken the new one. */
  renewed(expiresAt: number): void {
    this.#parts.tokens.extend(expiresAt);
    this.start();
  }

  stop(): void {
    this.#isOver = true;
    this.#alarm.clear();
  }

  #arm(ms: number): void {
    if (ms !== Number.POSITIVE_INFINITY)
      this.#alarm.set(Math.max(ms, leastMs), () => void this.#renew());
  }

  async #renew(): Promise<void> {
    const { tokens, send, failed } = this.#parts;
    try {
      const token = await tokens.fetch();
      if (this.#isOver) return;
      if (tokens.take(token)) send({ type: 'refresh', token });
      else this.#arm(againMs);
    } catch (error) {
      if (this.#isOver) return;
      failed(error as ClientError);
      this.#arm(againMs);
    }
  }
}
