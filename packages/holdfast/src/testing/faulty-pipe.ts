import type { Socket } from 'node:net';

/** Bytes held in one direction; a source that sends more is not read until some have gone on. */
const mostHeldBytes = 64 * 1024;
/** A throttled direction writes this often, and so much less at a time. */
const throttleStepMs = 20;

interface Held {
  readonly bytes: Buffer;
  /** When it may go on, by `performance.now()`. */
  readonly dueAt: number;
}

/**
 * One direction of a {@link FaultLink}: hands on what the source sends, late, slowly or not at all. Holds at most 64 KB;
 * beyond that the source is not read, so that back-pressure passes through.
 */
export class FaultyPipe {
  readonly #source: Socket;
  readonly #target: Socket;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #delayMs = 0;
  #bytesPerSecond: number = Number.POSITIVE_INFINITY;
  /** When the throttle lets the next byte pass. */
  #freeAt = 0;
  #state: 'passing' | 'halted' | 'over' = 'passing';
  #isBlocked = false;
  /** How the source has ended, told to the target once what came before has been handed on, and as late as that. */
  #end: { readonly kind: 'fin' | 'reset'; readonly dueAt: number } | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** Bytes handed on so far. */
  passedBytes = 0;

  constructor(source: Socket, target: Socket) {
    this.#source = source;
    this.#target = target;
    source.on('data', (chunk: Buffer) => this.#take(chunk));
    source.on('end', () => this.#ended('fin'));
    source.on('close', (hadError) => this.#ended(hadError ? 'reset' : 'fin'));
    target.on('drain', () => {
      this.#isBlocked = false;
      this.#pump();
    });
  }

  /** What comes from now on is handed on so much later. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** Hands on no more than this; infinity lifts it. */
  throttle(bytesPerSecond: number): void {
    this.#bytesPerSecond = bytesPerSecond;
    this.#freeAt = 0;
    this.#pump();
  }

  /** Stops reading and handing on, ends included. */
  halt(): void {
    if (this.#state === 'over') return;
    this.#state = 'halted';
    this.#source.pause();
    this.#rest();
  }

  /** Goes on where it was halted. */
  goOn(): void {
    if (this.#state === 'over') return;
    this.#state = 'passing';
    this.#readOn();
    this.#pump();
  }

  /** Forgets what it holds and hands nothing on any more. */
  discard(): void {
    this.#held.length = 0;
    this.#heldBytes = 0;
    this.#state = 'over';
    this.#rest();
  }

  #take(bytes: Buffer): void {
    if (this.#state === 'over') return;
    this.#held.push({ bytes, dueAt: performance.now() + this.#delayMs });
    this.#heldBytes += bytes.length;
    if (this.#heldBytes >= mostHeldBytes) this.#source.pause();
    this.#pump();
  }

  #ended(kind: 'fin' | 'reset'): void {
    if (this.#end === null || (kind === 'reset' && this.#end.kind === 'fin'))
      this.#end = { kind, dueAt: performance.now() + this.#delayMs };
    this.#pump();
  }

  #pump(): void {
    this.#rest();
    while (this.#state === 'passing' && !this.#isBlocked) {
      const next = this.#held[0];
      const dueAt = (next ?? this.#end)?.dueAt;
      if (dueAt === undefined) return;
      const waitMs = Math.max(dueAt, this.#freeAt) - performance.now();
      if (waitMs > 0) {
        this.#timer = setTimeout(() => this.#pump(), waitMs);
        return;
      }
      if (next === undefined) {
        this.#passEnd();
        return;
      }
      this.#write(next);
    }
  }

  #write({ bytes, dueAt }: Held): void {
    const step = (this.#bytesPerSecond * throttleStepMs) / 1_000;
    const share = Math.min(bytes.length, Math.max(1, Math.floor(step)));
    const rest = bytes.subarray(share);
    if (rest.length === 0) this.#held.shift();
    else this.#held[0] = { bytes: rest, dueAt };
    this.#heldBytes -= share;
    this.passedBytes += share;
    // Not from when it was due: what was late is not made up for by a burst.
    this.#freeAt = performance.now() + (share / this.#bytesPerSecond) * 1_000;
    this.#isBlocked = !this.#target.write(bytes.subarray(0, share));
    if (this.#heldBytes < mostHeldBytes) this.#readOn();
  }

  #passEnd(): void {
    if (this.#end?.kind === 'reset') this.#target.resetAndDestroy();
    else this.#target.end();
  }

  #readOn(): void {
    if (this.#state === 'passing' && this.#heldBytes < mostHeldBytes) this.#source.resume();
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
