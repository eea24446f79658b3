import type { Socket } from 'node:net';
import { describeValue, UsageError } from '../core/usage-error.ts';
import { FaultyPipe } from './faulty-pipe.ts';

/** Which way bytes go. */
export type FaultDirection = 'to-target' | 'to-client' | 'both';

/** What can be done to a connection through a {@link FaultProxy}, and what `strike` takes. */
export type Fault =
  | { readonly kind: 'cut' | 'reset' | 'resume' }
  | { readonly kind: 'half-open' | 'pause'; readonly direction?: FaultDirection }
  | { readonly kind: 'delay'; readonly ms: number }
  | { readonly kind: 'throttle'; readonly bytesPerSecond: number };

/**
 * One connection through a {@link FaultProxy}: two TCP connections, and what happens between them.
 *
 * ```
 *  client ══ socket ─▶ pipe to-target ─▶ socket ══ target
 *                  ◀─ pipe to-client ◀─
 * ```
 */
export class FaultLink {
  readonly #client: Socket;
  readonly #target: Socket;
  readonly #toTarget: FaultyPipe;
  readonly #toClient: FaultyPipe;
  #isHalfOpen = false;

  /** For {@link FaultProxy}, which gives it two sockets that stay open when one side ends. */
  constructor(client: Socket, target: Socket) {
    this.#client = client;
    this.#target = target;
    this.#toTarget = new FaultyPipe(client, target);
    this.#toClient = new FaultyPipe(target, client);
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      // What failed is told by `close`, which follows.
      socket.on('error', () => {});
    }
  }

  /** Bytes that have reached either side's kernel so far. */
  get passedBytes(): { readonly toTarget: number; readonly toClient: number } {
    return { toTarget: this.#toTarget.passedBytes, toClient: this.#toClient.passedBytes };
  }

  /** Whether both connections are gone. */
  get isOver(): boolean {
    return this.#client.destroyed && this.#target.destroyed;
  }

  /** Does what the fault says. */
  strike(fault: Fault): void {
    switch (fault.kind) {
      case 'cut':
        return this.cut();
      case 'reset':
        return this.reset();
      case 'half-open':
        return this.halfOpen(fault.direction);
      case 'pause':
        return this.pause(fault.direction);
      case 'resume':
        return this.resume();
      case 'delay':
        return this.delay(fault.ms);
      case 'throttle':
        return this.throttle(fault.bytesPerSecond);
    }
  }

  /** Ends both connections with a FIN. What was under way is lost. */
  cut(): void {
    this.#discard();
    for (const socket of [this.#client, this.#target]) {
      socket.end();
      // Read to its end, or the kernel answers what is left unread with a reset.
      socket.resume();
    }
  }

  /** Ends both connections with a RST. What was under way is lost. */
  reset(): void {
    this.#discard();
    this.#client.resetAndDestroy();
    this.#target.resetAndDestroy();
  }

  /**
   * From now on nothing passes, for good: no byte, no FIN, no RST. Both connections stay open and are not read, as behind a
   * router that has forgotten them. `cut` and `reset` still end it.
   */
  halfOpen(direction: FaultDirection = 'both'): void {
    this.pause(direction);
    this.#isHalfOpen = true;
  }

  /** Nothing passes until `resume`; nothing is lost either. */
  pause(direction: FaultDirection = 'both'): void {
    if (direction !== 'to-client') this.#toTarget.halt();
    if (direction !== 'to-target') this.#toClient.halt();
  }

  /** Ends a pause, unless the connection is half-open. */
  resume(): void {
    if (this.#isHalfOpen) return;
    this.#toTarget.goOn();
    this.#toClient.goOn();
  }

  /**
   * What comes from now on arrives so much later, in each direction; 0 lifts it.
   *
   * @throws UsageError `bad-option`
   */
  delay(ms: number): void {
    checkDelay(ms);
    this.#toTarget.delay(ms);
    this.#toClient.delay(ms);
  }

  /**
   * No more than this passes, in each direction; infinity lifts it.
   *
   * @throws UsageError `bad-option`
   */
  throttle(bytesPerSecond: number): void {
    checkRate(bytesPerSecond);
    this.#toTarget.throttle(bytesPerSecond);
    this.#toClient.throttle(bytesPerSecond);
  }

  #discard(): void {
    this.#toTarget.discard();
    this.#toClient.discard();
  }
}

/** @throws UsageError `bad-option` */
export function checkDelay(ms: number): void {
  if (!Number.isFinite(ms) || ms < 0) throw unfit('ms', 'a number from 0', ms);
}

/** @throws UsageError `bad-option` */
export function checkRate(bytesPerSecond: number): void {
  if (!(bytesPerSecond > 0)) throw unfit('bytesPerSecond', 'a number above 0', bytesPerSecond);
}

function unfit(name: string, wanted: string, got: unknown): UsageError {
  const message = `Expected \`${name}\` to be ${wanted}, got ${describeValue(got)}.`;
  return new UsageError('bad-option', message);
}
