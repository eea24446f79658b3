import type { Clock } from '../sessions/clock.ts';
import { StoreError } from '../sessions/store/store-error.ts';

/** What is asked of another node, and what it answers. */
export type Answering = (data: unknown, from: number) => unknown;

/** How words get to another node; false when nobody hears them there. */
export type Carrier = (to: number, text: string) => Promise<boolean>;

interface Open {
  readonly settle: (answer: Letter) => void;
}

/** One message between nodes. `id` on what is answered; unknown fields are ignored, so that versions may differ. */
type Letter =
  | { readonly ask: string; readonly id: number; readonly data: unknown }
  | { readonly tell: string; readonly data: unknown }
  | { readonly answer: number; readonly data: unknown }
  | { readonly failed: number; readonly error: string };

/**
 * Questions and answers between nodes. A question that is not answered in time rejects; who asks must be able to do without
 * an answer, because a node may be gone at any moment.
 */
export class Post {
  readonly #clock: Clock;
  readonly #carry: Carrier;
  readonly #failed: (error: unknown) => void;
  readonly #answering: Map<string, Answering> = new Map();
  readonly #open: Map<number, Open> = new Map();
  #turn = 0;

  constructor(clock: Clock, carry: Carrier, failed: (error: unknown) => void) {
    this.#clock = clock;
    this.#carry = carry;
    this.#failed = failed;
  }

  /** Says what is answered to questions of this kind, or done when told. */
  on(kind: string, answering: Answering): void {
    this.#answering.set(kind, answering);
  }

  /** Rejects with {@link StoreError} `unreachable` or `timeout`, or with what went wrong there. */
  async ask(
    to: number,
    kind: string,
    about: { data: unknown; withinMs: number },
  ): Promise<unknown> {
    this.#turn += 1;
    const id = this.#turn;
    const letter = await new Promise<Letter>((resolve, reject) => {
      const timer = this.#clock.after(about.withinMs, () => {
        this.#open.delete(id);
        reject(new StoreError('timeout', `Node ${to} did not answer within ${about.withinMs} ms.`));
      });
      const settle = (answer: Letter): void => {
        this.#clock.cancel(timer);
        this.#open.delete(id);
        resolve(answer);
      };
      this.#open.set(id, { settle });
      const failed = (error: string): void => settle({ failed: id, error });
      this.#carry(to, JSON.stringify({ ask: kind, id, data: about.data })).then(
        (isHeard) => {
          if (!isHeard) failed('Nobody listens there.');
        },
        (error: unknown) => failed(String(error)),
      );
    });
    if ('failed' in letter) throw new StoreError('unreachable', `Node ${to}: ${letter.error}`);
    return 'data' in letter ? letter.data : undefined;
  }

  /** Says something that nobody answers. What cannot be said now is lost. */
  tell(to: number, kind: string, data: unknown): void {
    this.#send(to, { tell: kind, data });
  }

  /** Words of another node have arrived. */
  heard(from: number, text: string): void {
    const letter = readLetter(text);
    if (letter === null) return;
    if ('answer' in letter) this.#open.get(letter.answer)?.settle(letter);
    else if ('failed' in letter) this.#open.get(letter.failed)?.settle(letter);
    else if ('ask' in letter) void this.#answer(from, letter);
    else {
      const { tell, data } = letter;
      this.#attempt(() => this.#answering.get(tell)?.(data, from));
    }
  }

  async #answer(from: number, { ask, id, data }: Extract<Letter, { ask: string }>): Promise<void> {
    const answering = this.#answering.get(ask);
    if (answering === undefined) {
      this.#send(from, { failed: id, error: `This node does not know \`${ask}\`.` });
      return;
    }
    try {
      const answer: unknown = await answering(data, from);
      this.#send(from, { answer: id, data: answer ?? null });
    } catch (error) {
      this.#failed(error);
      this.#send(from, { failed: id, error: 'It failed there; see the log of that node.' });
    }
  }

  #send(to: number, letter: Letter): void {
    this.#carry(to, JSON.stringify(letter)).then(undefined, this.#failed);
  }

  #attempt(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      this.#failed(error);
    }
  }
}

function readLetter(text: string): Letter | null {
  try {
    const letter: unknown = JSON.parse(text);
    return typeof letter === 'object' && letter !== null ? (letter as Letter) : null;
  } catch {
    // Words that are none, of a version that is not ours yet: nobody waits for an answer to them.
    return null;
  }
}
