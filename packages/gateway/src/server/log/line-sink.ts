import { write } from 'node:fs';
import { isatty } from 'node:tty';
import type { LogDestination } from './gateway-log.ts';

/** What a sink is made from. */
export interface LineSinkOptions {
  /** File descriptor; 1 is standard output. */
  readonly fd: number;
  /** Most bytes that wait to be written; lines beyond are left out and counted. */
  readonly mostBytes?: number;
  /** Told when lines begin to be left out, or nobody reads them any more. */
  readonly onTrouble?: (error: Error) => void;
  /** Told when lines are written again, with how many were left out. */
  readonly onRecovered?: (leftOut: number) => void;
}

const MOST_BYTES = 4 * 1024 * 1024;
/** Pause when the reader's pipe is full, and after another failure such as a full disk. */
const BUSY_MS = 50;
const FAILED_MS = 1000;
const READER_GONE: ReadonlySet<string> = new Set(['EPIPE', 'EBADF', 'ECONNRESET']);

/**
 * Writes lines to a file descriptor without ever blocking, throwing or growing without bound: the
 * gateway outlives the reader of its log. A slow reader makes lines wait; a stuck one makes lines be
 * left out, which are counted and told of when it reads again; one that is gone ends the writing.
 */
export class LineSink implements LogDestination {
  readonly #options: LineSinkOptions;
  readonly #mostBytes: number;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #isWriting = false;
  #isReaderGone = false;
  #isTroubled = false;
  #leftOut = 0;
  #flushed: (() => void)[] = [];

  constructor(options: LineSinkOptions) {
    this.#options = options;
    this.#mostBytes = options.mostBytes ?? MOST_BYTES;
  }

  /** Lines that were left out since the last one that was told of. */
  get leftOut(): number {
    return this.#leftOut;
  }

  write(line: string): void {
    const bytes = Buffer.byteLength(line);
    if (this.#isReaderGone || this.#waitingBytes + bytes > this.#mostBytes) {
      this.#leftOut += 1;
      if (!this.#isReaderGone) this.#trouble(new Error('Nobody reads the log fast enough.'));
      return;
    }
    this.#waiting.push(line);
    this.#waitingBytes += bytes;
    if (!this.#isWriting) this.#writeNext();
  }

  flush(timeoutMs: number): Promise<void> {
    if (!this.#isWriting && this.#waiting.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#flushed.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #writeNext(): void {
    if (this.#waiting.length === 0) {
      this.#isWriting = false;
      this.#settle();
      return;
    }
    this.#isWriting = true;
    const chunk = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#writeOut(chunk);
  }

  #writeOut(chunk: Buffer): void {
    write(this.#options.fd, chunk, 0, chunk.length, null, (error, written) => {
      if (error !== null) {
        this.#failed(error, chunk);
        return;
      }
      this.#waitingBytes -= written;
      if (written < chunk.length) this.#writeOut(chunk.subarray(written));
      else this.#recovered();
    });
  }

  #failed(error: NodeJS.ErrnoException, chunk: Buffer): void {
    // Of a disk it may pass; a terminal was closed.
    const isTerminalClosed = error.code === 'EIO' && isatty(this.#options.fd);
    if (READER_GONE.has(error.code ?? '') || isTerminalClosed) {
      this.#isReaderGone = true;
      this.#isWriting = false;
      this.#waiting = [];
      this.#waitingBytes = 0;
      this.#trouble(new Error('The reader of the log is gone.', { cause: error }));
      this.#settle();
      return;
    }
    if (error.code !== 'EAGAIN') this.#trouble(error);
    const pauseMs = error.code === 'EAGAIN' ? BUSY_MS : FAILED_MS;
    setTimeout(() => this.#writeOut(chunk), pauseMs).unref();
  }

  #recovered(): void {
    if (this.#isTroubled) {
      this.#isTroubled = false;
      const leftOut = this.#leftOut;
      this.#leftOut = 0;
      this.#options.onRecovered?.(leftOut);
    }
    this.#writeNext();
  }

  #trouble(error: Error): void {
    if (this.#isTroubled) return;
    this.#isTroubled = true;
    this.#options.onTrouble?.(error);
  }

  #settle(): void {
    for (const flushed of this.#flushed.splice(0)) flushed();
  }
}
