import type { UIMessageChunk } from 'ai';
import { ChatError } from './chat-error.ts';
import type { ChatEvents } from './chat-wire.ts';

/** What an answer is read for. */
export interface AnswerStreamOrder {
  readonly chatId: string;
  /** Its name, where this page asked for it; null where the page wants to know what is running. */
  readonly answer: string | null;
  readonly abortSignal: AbortSignal | undefined;
  /** The abort signal fired. */
  readonly aborted: (stream: AnswerStream) => void;
  /** It is over, or nobody reads it any more; the last call. */
  readonly over: (stream: AnswerStream) => void;
}

/**
 * One answer on its way into one stream: each batch once, in order, without a hole, and one end.
 *
 *   asked for ──▶ begun ──▶ over
 *       └─────────────────────▲
 */
export class AnswerStream {
  readonly chatId: string;
  readonly abortSignal: AbortSignal | undefined;
  /** Kept when the answer begins; null when there is none to read. */
  readonly begun: Promise<ReadableStream<UIMessageChunk> | null>;
  readonly #order: AnswerStreamOrder;
  readonly #readable: ReadableStream<UIMessageChunk>;
  #controller: ReadableStreamDefaultController<UIMessageChunk> | null = null;
  #begin: (readable: ReadableStream<UIMessageChunk> | null) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  answer: string | null;
  /** The question that is out; null while none is. */
  ask: string | null = null;
  /** Questions since the last that was answered. */
  asks = 0;
  /** The batch that comes next. */
  next = 0;
  isOver = false;
  /** Settles when the application has taken the last order about this answer. */
  accepted: Promise<void> = Promise.resolve();

  constructor(order: AnswerStreamOrder) {
    this.#order = order;
    this.chatId = order.chatId;
    this.answer = order.answer;
    this.abortSignal = order.abortSignal;
    this.begun = new Promise((resolve, reject) => {
      this.#begin = resolve;
      this.#reject = reject;
    });
    this.#readable = new ReadableStream<UIMessageChunk>({
      start: (controller) => {
        this.#controller = controller;
      },
      cancel: () => this.#leave(),
    });
    this.abortSignal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  open(answer: string): void {
    this.answer = answer;
    this.ask = null;
    this.asks = 0;
    this.#begin(this.#readable);
  }

  /** @returns false where batches before this one are missing */
  take({ at, chunks }: ChatEvents['ai.chunks']): boolean {
    if (at > this.next) return false;
    if (at < this.next) return true;
    this.next += 1;
    this.#begin(this.#readable);
    for (const chunk of chunks) this.#controller?.enqueue(chunk);
    return true;
  }

  /** @returns false where batches before the end are missing */
  end({ at, status, text }: ChatEvents['ai.end']): boolean {
    if (at > this.next) return false;
    if (status === 'failed') this.fail(new ChatError('failed', text ?? 'The answer failed.'));
    else this.#close(status === 'stopped' ? { type: 'abort' } : null);
    return true;
  }

  /** There is nothing to read. */
  settleEmpty(): void {
    this.#begin(null);
    this.#close(null);
  }

  fail(error: ChatError): void {
    this.#reject(error);
    this.#close({ type: 'error', errorText: error.message });
  }

  /** Ends it for its reader, by the reader's own order. */
  abort(): void {
    this.#reject(new DOMException('The answer was aborted.', 'AbortError'));
    this.#close({ type: 'abort' });
  }

  #close(last: UIMessageChunk | null): void {
    if (this.isOver) return;
    this.#begin(this.#readable);
    if (last !== null) this.#controller?.enqueue(last);
    this.#controller?.close();
    this.#leave();
  }

  #leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.#controller = null;
    this.abortSignal?.removeEventListener('abort', this.#onAbort);
    this.#order.over(this);
  }

  readonly #onAbort = (): void => this.#order.aborted(this);
}
