import { Alarm } from './alarm.ts';
import type { Ground } from './ground.ts';

/** What liveness asks of the connection it watches. */
export interface Watched {
  ping(): void;
  /** Nothing came, although it was asked for. */
  dead(): void;
}

/** How long an answer may take. */
const patienceMs = 10_000;
/** The same after a sleep, or when the page is looked at again: the connection is likely to be gone. */
const shortPatienceMs = 3_000;
/** A timer that comes later than this by the clock on the wall has slept. */
const oversleptMs = 5_000;

/**
 * Finds out that the server is gone. Browsers hide the pings of WebSocket, so a connection that was quiet for as long as
 * the server pings is asked in band; any frame is an answer.
 */
export class Liveness {
  readonly #ground: Ground;
  readonly #watched: Watched;
  readonly #alarm: Alarm;
  #intervalMs = 0;
  #heardAt = 0;
  #heard = 0;

  constructor(ground: Ground, watched: Watched) {
    this.#ground = ground;
    this.#watched = watched;
    this.#alarm = new Alarm(ground);
  }

  /** @param intervalMs how long a quiet connection is believed */
  start(intervalMs: number): void {
    this.#intervalMs = Math.max(intervalMs, 1_000);
    this.#sleep(this.#intervalMs);
  }

  stop(): void {
    this.#alarm.clear();
  }

  heard(): void {
    this.#heardAt = this.#ground.nowMs();
    this.#heard += 1;
  }

  /**
   * Something happened after which connections are often gone: this one is asked.
   *
   * @param isRecentEnough whether having been heard just now is answer enough
   */
  doubt(isRecentEnough: boolean): void {
    const quietMs = this.#ground.nowMs() - this.#heardAt;
    if (!isRecentEnough || quietMs >= shortPatienceMs) this.#probe(shortPatienceMs);
  }

  #sleep(ms: number): void {
    this.#set(ms, (hasSlept) => {
      const quietMs = this.#ground.nowMs() - this.#heardAt;
      if (hasSlept) this.#probe(shortPatienceMs);
      else if (quietMs >= this.#intervalMs) this.#probe(patienceMs);
      else this.#sleep(this.#intervalMs - quietMs);
    });
  }

  #probe(ms: number): void {
    const before = this.#heard;
    this.#set(ms, (hasSlept) => {
      if (this.#heard !== before) this.#sleep(this.#intervalMs);
      else if (hasSlept) this.#probe(shortPatienceMs);
      else this.#watched.dead();
    });
    this.#watched.ping();
  }

  #set(ms: number, ring: (hasSlept: boolean) => void): void {
    const setAt = this.#ground.epochMs();
    this.#alarm.set(ms, () => {
      ring(Math.abs(this.#ground.epochMs() - setAt - ms) > oversleptMs);
    });
  }
}
