import { never, noEntry, type Timed } from '../core/timing-wheel.ts';
import { askMs, type Inquiry } from '../sessions/inquiry.ts';
import type { Pulse } from '../sessions/pulse.ts';
import type { Row } from '../sessions/store/acts.ts';
import type { AnswerReader, Newcomer } from './newcomer.ts';

/** How often it is looked, while somebody is asked, whether a session in its way is dead, milliseconds. */
const lookEveryMs = 1_000;

/** What asking works with. */
export interface AskedParts {
  readonly inquiry: Inquiry;
  readonly pulse: Pulse;
  /** Looks at those in the way of one who is asked. */
  readonly look: (asked: Asked) => void;
}

/** A newcomer who is asked which session is to end for it: what it has answered, and when its time is over. */
export class Asked implements AnswerReader, Timed {
  readonly #parts: AskedParts;
  readonly newcomer: Newcomer;
  /** By the fair clock. */
  readonly endsAt: number;
  /** Those in its way, as the store last said. */
  rows: readonly Row[];
  isOverdue = false;
  /** It was given a slot. */
  hadSlot = false;
  /** Id of the session that was ended for it. */
  taken: string | null = null;
  readonly #answers: string[] = [];
  #timer: number;

  constructor(parts: AskedParts, newcomer: Newcomer, rows: readonly Row[]) {
    const { pulse } = parts;
    this.#parts = parts;
    this.newcomer = newcomer;
    this.rows = rows;
    const now = pulse.now();
    this.endsAt = now + askMs;
    this.#timer = pulse.add(this, now + lookEveryMs);
    newcomer.reader = this;
  }

  /** How long an answer is waited for from now, milliseconds. */
  get expiresIn(): number {
    return this.endsAt - this.#parts.pulse.latest;
  }

  /** There is something to do at once. */
  get hasNews(): boolean {
    return this.#answers.length > 0 || this.isOverdue || this.newcomer.isSettled;
  }

  /** The session it wants ended, by the oldest answer that was not looked at; null without one. */
  nextAnswer(): string | null {
    return this.#answers.shift() ?? null;
  }

  read(data: string | Uint8Array): void {
    const answer = this.#parts.inquiry.read(this.newcomer, data);
    if (answer === 'garbage') this.newcomer.finish('bad-frame');
    else if (answer !== null) {
      this.#answers.push(answer.session);
      this.newcomer.nudge();
    }
  }

  due(now: number): number {
    this.isOverdue = now >= this.endsAt;
    if (this.isOverdue) this.newcomer.nudge();
    else this.#parts.look(this);
    return this.isOverdue ? never : Math.min(this.endsAt, now + lookEveryMs);
  }

  /** It is asked no longer. */
  end(): void {
    this.newcomer.reader = null;
    this.#parts.pulse.remove(this.#timer);
    this.#timer = noEntry;
  }
}
