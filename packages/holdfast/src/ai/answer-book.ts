import type { Answer, AnswerName } from './answer.ts';

/** Bounds of what is kept. */
export interface AnswerBounds {
  /** Of all answers together, bytes. */
  readonly maxTotalBytes: number;
  /** Of one. */
  readonly maxAnswerBytes: number;
  /** Answers that run for one user at once, each in a chat of its own. */
  readonly maxRunningPerUser: number;
  /** How long an answer that is over can still be read, milliseconds. */
  readonly keepMs: number;
}

/** The last answer of each chat: those that run, and for a while those that are over. */
export class AnswerBook {
  readonly #bounds: AnswerBounds;
  /** By user, then by chat: a user's name is never part of a longer key. */
  readonly #users: Map<string, Map<string, Answer>> = new Map();
  /** Those that are over, with the instant at which each was; the first to go first. */
  readonly #ended: Map<Answer, number> = new Map();
  #timer: ReturnType<typeof setTimeout> | null = null;
  #bytes = 0;
  #running = 0;

  constructor(bounds: AnswerBounds) {
    this.#bounds = bounds;
  }

  get running(): number {
    return this.#running;
  }

  find(userId: string, chat: string): Answer | undefined {
    return this.#users.get(userId)?.get(chat);
  }

  runningOf(userId: string): Answer[] {
    return [...(this.#users.get(userId)?.values() ?? [])].filter(({ isOver }) => !isOver);
  }

  /** Whether one more may run for this user; if not, why. */
  judge({ userId, chat }: AnswerName): 'ok' | 'busy' | 'overload' {
    const running = this.runningOf(userId);
    if (running.length >= this.#bounds.maxRunningPerUser) return 'busy';
    if (running.some(({ name }) => name.chat === chat)) return 'busy';
    return this.#makeRoom(this.#bounds.maxAnswerBytes) ? 'ok' : 'overload';
  }

  add(answer: Answer): void {
    const { userId, chat } = answer.name;
    const known = this.find(userId, chat);
    if (known !== undefined) this.#drop(known);
    const chats = this.#users.get(userId) ?? new Map<string, Answer>();
    this.#users.set(userId, chats.set(chat, answer));
    this.#bytes += answer.bytes;
    this.#running += 1;
  }

  /** @throws RangeError where an answer, or all together, would be larger than they may be */
  grow(answer: Answer, bytes: number): void {
    if (answer.bytes + bytes > this.#bounds.maxAnswerBytes)
      throw new RangeError(`The answer is larger than ${this.#bounds.maxAnswerBytes} bytes.`);
    if (!this.#makeRoom(bytes))
      throw new RangeError(`All answers are larger than ${this.#bounds.maxTotalBytes} bytes.`);
    answer.bytes += bytes;
    this.#bytes += bytes;
  }

  /** It is over, and can be read for a while. */
  keep(answer: Answer, now: number): void {
    this.#running -= 1;
    // Another one may have taken its place in the chat while its end was told.
    if (!this.#has(answer)) return;
    this.#ended.set(answer, now);
    this.#timer ??= this.#wait(this.#bounds.keepMs);
  }

  /** Forgets those that are over. */
  clear(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    for (const answer of [...this.#ended.keys()]) this.#drop(answer);
  }

  #makeRoom(bytes: number): boolean {
    for (const oldest of this.#ended.keys()) {
      if (this.#bytes + bytes <= this.#bounds.maxTotalBytes) break;
      this.#drop(oldest);
    }
    return this.#bytes + bytes <= this.#bounds.maxTotalBytes;
  }

  #has(answer: Answer): boolean {
    const { name } = answer;
    return this.find(name.userId, name.chat) === answer;
  }

  #drop(answer: Answer): void {
    const { userId, chat } = answer.name;
    this.#ended.delete(answer);
    this.#bytes -= answer.bytes;
    const chats = this.#users.get(userId);
    chats?.delete(chat);
    if (chats?.size === 0) this.#users.delete(userId);
  }

  #wait(ms: number): ReturnType<typeof setTimeout> {
    const timer = setTimeout(() => this.#expire(performance.now()), ms);
    // What is kept for readers keeps no process alive.
    if (typeof timer === 'object') timer.unref();
    return timer;
  }

  #expire(now: number): void {
    this.#timer = null;
    for (const [answer, endedAt] of this.#ended) {
      const leftMs = endedAt + this.#bounds.keepMs - now;
      if (leftMs > 0) {
        this.#timer = this.#wait(leftMs);
        return;
      }
      this.#drop(answer);
    }
  }
}
