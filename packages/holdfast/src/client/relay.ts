import { type RateLimit, spend } from '../core/rate.ts';
import { Alarm } from './alarm.ts';
import type { Ground } from './ground.ts';

/** All tabs together stay below what one session may send. */
const pace: RateLimit = { perSecond: 40, burst: 10 };
/** Below the 128 ids that the server remembers of a user. */
const mostInFlight = 96;
/** What all tabs may have waiting here; who sends more is told so. */
const mostWaiting = 1_024;

/** Sends the messages of all tabs over one session, each tab's in its order. */
export class Relay {
  readonly #ground: Ground;
  readonly #send: (text: string) => void;
  readonly #alarm: Alarm;
  #waiting: string[] = [];
  readonly #inFlight: Set<string> = new Set();
  #mark = 0;

  constructor(ground: Ground, send: (text: string) => void) {
    this.#ground = ground;
    this.#send = send;
    this.#alarm = new Alarm(ground);
  }

  /** @returns whether there was room */
  add(text: string): boolean {
    if (this.#waiting.length >= mostWaiting) return false;
    this.#waiting.push(text);
    this.#pump();
    return true;
  }

  /** The server has answered a message. */
  answered(id: string): void {
    this.#inFlight.delete(id);
    this.#pump();
  }

  /** The connection is gone: every tab sends again what was not answered. */
  clear(): void {
    this.#waiting = [];
    this.#inFlight.clear();
    this.#alarm.clear();
  }

  #pump(): void {
    while (this.#inFlight.size < mostInFlight) {
      const [text] = this.#waiting;
      if (text === undefined) return;
      const verdict = spend(pace, this.#mark, this.#ground.nowMs());
      if (!verdict.passed) {
        this.#alarm.set(verdict.retryAfterMs, () => this.#pump());
        return;
      }
      this.#mark = verdict.mark;
      this.#waiting.shift();
      this.#inFlight.add((JSON.parse(text) as { id: string }).id);
      this.#send(text);
    }
  }
}
