import type { UIMessageChunk } from 'ai';
import type { ChatEndStatus, ChatEvents } from './chat-wire.ts';

/** Whose answer it is. */
export interface AnswerName {
  readonly userId: string;
  readonly chat: string;
  readonly answer: string;
}

/** How an answer reaches its readers. */
export interface AnswerRoom {
  readonly batchMs: number;
  /** A batch or the end, for all of the user's sessions. Never throws. */
  readonly publish: <Name extends keyof ChatEvents>(event: Name, data: ChatEvents[Name]) => void;
  /** It keeps so many bytes more. Throws where it may not. */
  readonly grow: (bytes: number) => void;
  /** Tells a failure to whom it concerns, and says it in words for the user. */
  readonly explain: (error: unknown) => string;
}

/** What one answer costs besides its chunks, bytes: an estimate, so that empty ones have a bound too. */
const answerCostBytes = 1024;

/**
 * One answer as the server keeps it: its chunks in numbered batches, from the first, and its end. A chunk after a pause is
 * published at once; those that follow wait for `batchMs` and go together.
 */
export class Answer {
  readonly name: AnswerName;
  readonly #room: AnswerRoom;
  readonly #abort: AbortController = new AbortController();
  readonly #batches: (readonly UIMessageChunk[])[] = [];
  #pending: UIMessageChunk[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #end: ChatEvents['ai.end'] | null = null;
  bytes: number = answerCostBytes;
  /** Of how often it may be read: see core/rate.ts. */
  readMark: number = Number.NEGATIVE_INFINITY;

  constructor(name: AnswerName, room: AnswerRoom) {
    this.name = name;
    this.#room = room;
  }

  get isOver(): boolean {
    return this.#end !== null;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** One that cannot be said in JSON, or for which there is no room, ends the answer. */
  push(chunk: UIMessageChunk): void {
    if (this.#end !== null) return;
    const last = this.#pending.at(-1);
    const joined = last === undefined ? null : join(last, chunk);
    if (joined === null) this.#pending.push(chunk);
    else this.#pending[this.#pending.length - 1] = joined;
    if (this.#timer === null) this.#onTimer();
  }

  fail(error: unknown): void {
    if (this.#end === null) this.end('failed', this.#room.explain(error));
  }

  /** Ends it: its readers hear that it is over, and the work is told to stop. Once. */
  end(status: ChatEndStatus, text?: string): void {
    if (this.#end !== null) return;
    this.#onTimer();
    // Publishing runs code of others, which may have ended it meanwhile; so does a batch that could not be kept.
    if (this.#end !== null) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    const { chat, answer } = this.name;
    const at = this.#batches.length;
    this.#end = { chat, answer, at, status, ...(text !== undefined && { text }) };
    this.#room.publish('ai.end', this.#end);
    if (status !== 'finished') this.#abort.abort();
  }

  /** What there is from batch `from` on, in order. */
  *read(from: number): Generator<readonly [keyof ChatEvents, ChatEvents[keyof ChatEvents]]> {
    const { chat, answer } = this.name;
    const end = this.#end;
    // What is published while this is read goes to the reader by itself.
    const most = this.#batches.length;
    for (let at = from; at < most; at += 1)
      yield ['ai.chunks', { chat, answer, at, chunks: this.#batches[at] ?? [] }];
    if (end !== null) yield ['ai.end', end];
  }

  readonly #onTimer = (): void => {
    const { batchMs, grow, publish } = this.#room;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#pending.length === 0) return;
    const chunks = this.#pending;
    this.#pending = [];
    if (batchMs > 0) this.#timer = setTimeout(this.#onTimer, batchMs);
    try {
      grow(new TextEncoder().encode(JSON.stringify(chunks)).length);
    } catch (error) {
      this.fail(error);
      return;
    }
    const { chat, answer } = this.name;
    const at = this.#batches.push(chunks) - 1;
    publish('ai.chunks', { chat, answer, at, chunks });
  };
}

/** Two pieces of one text as one, where nothing is lost by it; null where it would be. */
function join(left: UIMessageChunk, right: UIMessageChunk): UIMessageChunk | null {
  if (left.type === 'tool-input-delta') {
    if (right.type !== left.type || right.toolCallId !== left.toolCallId) return null;
    return { ...left, inputTextDelta: left.inputTextDelta + right.inputTextDelta };
  }
  if (left.type !== 'text-delta' && left.type !== 'reasoning-delta') return null;
  if (right.type !== left.type || right.id !== left.id) return null;
  if (left.providerMetadata !== undefined || right.providerMetadata !== undefined) return null;
  return { ...left, delta: left.delta + right.delta };
}
