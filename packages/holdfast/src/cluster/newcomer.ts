import { HeldFrames } from '../sessions/held-frames.ts';
import type { Asker } from '../sessions/inquiry.ts';
import type { OpenRequest } from '../sessions/open-request.ts';
import { nobody, type SessionSocket, type SocketOwner } from '../sessions/socket.ts';

/** Reads what a newcomer says who is asked. */
export interface AnswerReader {
  read(data: string | Uint8Array): void;
}

/** Why a newcomer is not waited for any more. */
export type NewcomerEnd = 'left' | 'too-much' | 'turned-away' | 'bad-frame' | 'replaced';

/**
 * A newcomer while the store is asked for its slot. Owns its socket meanwhile: nothing is sent unless it is asked, what its
 * client says is held, and when it leaves, that is known at once.
 */
export class Newcomer implements SocketOwner, Asker {
  readonly request: OpenRequest;
  /** The handle its session will have. */
  readonly generation: number;
  /** By the raw clock. */
  readonly since: number;
  readonly startedAtMs: number;
  /** Null while somebody waits for it. */
  end: NewcomerEnd | null = null;
  isSocketGone = false;
  /** It has found the limit reached, and was counted for that. */
  isAtLimit = false;
  /** What it has found so far. */
  examined = 0;
  freed = 0;
  /** Null until it is asked which session is to end for it. */
  reader: AnswerReader | null = null;
  isCongested = false;
  bytesWritten = 0;
  readonly #said: HeldFrames = new HeldFrames();
  #nudge: (() => void) | null = null;
  #nudged: Promise<void> | null = null;

  constructor(
    request: OpenRequest,
    about: { readonly generation: number; readonly since: number; readonly startedAtMs: number },
  ) {
    this.request = request;
    this.generation = about.generation;
    this.since = about.since;
    this.startedAtMs = about.startedAtMs;
    if (request.socket !== undefined) request.socket.owner = this;
  }

  get userId(): string {
    return this.request.userId;
  }

  get socket(): SessionSocket | null {
    return this.request.socket ?? null;
  }

  get isSettled(): boolean {
    return this.end !== null;
  }

  /** Resolves when a slot may be free, or it is over. */
  get nudged(): Promise<void> {
    this.#nudged ??= new Promise((resolve) => {
      this.#nudge = resolve;
    });
    return this.#nudged;
  }

  /** A slot may be free. */
  nudge(): void {
    const nudge = this.#nudge;
    this.#nudge = null;
    this.#nudged = null;
    nudge?.();
  }

  /** Nobody waits for it any more. */
  finish(end: NewcomerEnd): void {
    this.end ??= end;
    this.nudge();
  }

  /** Gives its socket back, with what its client has said. */
  handOver(): readonly (string | Uint8Array)[] {
    const { socket } = this.request;
    if (socket !== undefined && socket.owner === this) socket.owner = nobody;
    return this.#said.take();
  }

  heard(): void {
    if (!this.#said.count()) this.finish('too-much');
  }

  ponged(): void {
    this.heard();
  }

  received(data: string | Uint8Array): void {
    if (!this.#said.hold(data)) this.finish('too-much');
    if (this.end === null) this.reader?.read(data);
  }

  letGo(data: string | Uint8Array): void {
    this.#said.letGo(data);
  }

  drained(): void {
    this.isCongested = false;
  }

  ending(): void {
    this.finish('left');
  }

  gone(): void {
    this.isSocketGone = true;
    this.finish('left');
  }
}
