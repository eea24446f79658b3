import type { LimitFrame } from '../../protocol/frames.ts';
import { Pipe, type PipeTraits } from './pipe.ts';
import type { DownFrame, SimulatedSocket, UpFrame } from './simulated-socket.ts';
import type { Token } from './simulated-tokens.ts';
import type { World } from './world.ts';

/** The line between a client and the process. */
export interface LineTraits {
  readonly up: PipeTraits;
  readonly down: PipeTraits;
}

/** What a client keeps for its next connection. */
export interface Memory {
  readonly userId: string;
  readonly ticket: string;
  readonly epoch: string;
  readonly offset: number;
  /** Without it, all it brings is the ticket. */
  readonly hasPosition: boolean;
  /** Numbers of the events it has read on that connection and not confirmed on it. */
  readonly read: readonly number[];
}

/** Which direction of a line. */
export type Direction = 'up' | 'down';

/**
 * A client and the line to it. Answers pings as every WebSocket implementation does, by itself, as long as it runs and
 * the line carries.
 */
export class SimulatedClient {
  readonly userId: string;
  readonly name: string;
  readonly socket: SimulatedSocket;
  readonly #world: World;
  readonly #up: Pipe<UpFrame>;
  readonly #down: Pipe<DownFrame>;
  readonly traits: LineTraits;
  readonly #confirmed: Set<number>;
  readonly #read: number[] = [];
  readonly #asked: ClientParts['asked'];
  /** Since when nothing stood in the way of its answers; Infinity while something does. */
  unhinderedSince: number;
  isFrozen = false;
  /** It has ended the connection, or knows that it was ended. */
  isOver = false;
  /** It will never be heard of again. */
  isVanished = false;
  /** The process has been asked to take it. */
  wasHandedOver = false;
  hasTalked = false;
  /** The sessions it has chosen to end. */
  readonly takeovers: Set<string> = new Set();
  /** With which it has come; null where nobody needs one. */
  token: Token | null = null;
  /** From `ready` on, with the offset of the last event it has read. */
  memory: Memory | null = null;

  constructor(world: World, who: { userId: string; name: string }, parts: ClientParts) {
    this.#world = world;
    this.userId = who.userId;
    this.name = who.name;
    this.socket = parts.socket;
    this.traits = parts.traits;
    this.#confirmed = parts.confirmed;
    this.#asked = parts.asked;
    this.unhinderedSince = world.now;
    this.#down = new Pipe(world, parts.traits.down, (frame) => this.#receive(frame));
    this.#up = new Pipe(world, parts.traits.up, (frame) => this.#arrive(frame));
    this.socket.connect(this.#down);
  }

  /** Nothing stands in the way of its answers, and nothing has since before this instant. */
  wasHealthySince(instant: number): boolean {
    return !this.isOver && this.unhinderedSince < instant - this.longestRoundTripMs;
  }

  /** The longest time from a ping to its pong on a line without backlog. */
  get longestRoundTripMs(): number {
    const { up, down } = this.traits;
    return up.latencyMs + up.jitterMs + down.latencyMs + down.jitterMs;
  }

  get isHindered(): boolean {
    return this.unhinderedSince === Number.POSITIVE_INFINITY;
  }

  say(text: string, isBad = false): void {
    this.hasTalked = true;
    this.#send({ kind: 'text', text, isBad });
  }

  /** Says that it has everything up to here. */
  acknowledge(): void {
    if (this.memory === null || this.isOver || this.isFrozen) return;
    this.#confirm();
    this.say(`{"type":"ack","offset":${this.memory.offset}}`);
  }

  takeOver(session: string): void {
    this.takeovers.add(session);
    this.say(JSON.stringify({ type: 'takeover', session }));
  }

  ping(): void {
    this.#send({ kind: 'ping' });
  }

  sendInvalid(code: number): void {
    this.#send({ kind: 'invalid', code });
  }

  /** Sends a close frame; with `leavesOpen` it never closes its end of the TCP connection. */
  leave(leavesOpen: boolean): void {
    this.#send({ kind: 'close', code: 1000, leavesOpen });
    this.isOver = true;
  }

  fin(): void {
    this.#send({ kind: 'fin' });
    this.isOver = true;
  }

  reset(): void {
    this.#send({ kind: 'reset' });
    this.isOver = true;
  }

  freeze(): void {
    this.isFrozen = true;
    this.unhinderedSince = Number.POSITIVE_INFINITY;
    this.#down.hold('frozen');
  }

  thaw(): void {
    this.isFrozen = false;
    this.#down.release('frozen');
    this.#noteHindrance();
  }

  cut(direction: Direction): void {
    this.unhinderedSince = Number.POSITIVE_INFINITY;
    (direction === 'up' ? this.#up : this.#down).hold('cut');
  }

  /** Both directions carry again. */
  heal(): void {
    if (this.isVanished) return;
    this.#up.release('cut', this.traits.up.latencyMs);
    this.#down.release('cut', this.traits.down.latencyMs);
    this.#noteHindrance();
  }

  vanish(): void {
    this.isVanished = true;
    this.cut('up');
    this.cut('down');
  }

  #noteHindrance(): void {
    if (this.#up.isHeld || this.#down.isHeld) return;
    this.unhinderedSince = this.#world.now;
  }

  #send(frame: UpFrame): void {
    if (this.isOver || this.isFrozen) return;
    this.#up.send(frame, 0, this.#world.now);
  }

  #arrive(frame: UpFrame): void {
    const { record } = this.socket;
    const isEvidence = frame.kind === 'text' || frame.kind === 'ping' || frame.kind === 'pong';
    if (isEvidence) record.unread.push(this.#world.now);
    this.#world.arrive(this.#world.now, () => {
      if (isEvidence) record.unread.shift();
      this.socket.read(frame);
    });
  }

  #receive(frame: DownFrame): void {
    this.socket.passed();
    if (this.isOver && frame.kind !== 'reset') return;
    switch (frame.kind) {
      case 'ping':
        this.#confirm();
        this.#send({ kind: 'pong', mark: frame.mark });
        break;
      case 'text':
        this.#readText(frame.text);
        break;
      case 'close':
        this.leave(false);
        break;
      case 'reset':
        this.isOver = true;
    }
  }

  #confirm(): void {
    for (const number of this.#read) this.#confirmed.add(number);
    this.#read.length = 0;
  }

  #readText(text: string): void {
    const frame = JSON.parse(text) as ReadFrame;
    const { type, ticket, epoch, offset, data } = frame;
    if (type === 'event' && data !== undefined) this.#read.push(data.n);
    if (type === 'limit') this.#asked(JSON.parse(text) as LimitFrame);
    if (type === 'ready' && ticket !== undefined && epoch !== undefined && offset !== undefined)
      this.memory = {
        userId: this.userId,
        ticket,
        epoch,
        offset,
        hasPosition: true,
        read: this.#read,
      };
    else if (this.memory !== null && offset !== undefined) this.memory = { ...this.memory, offset };
  }
}

interface ReadFrame extends Partial<Memory> {
  readonly type: string;
  readonly data?: { readonly n: number };
}

/** What a client is made from. */
export interface ClientParts {
  readonly socket: SimulatedSocket;
  readonly traits: LineTraits;
  /** Numbers of the events that any client has confirmed. */
  readonly confirmed: Set<number>;
  /** What it does when it is asked which session is to end for it. */
  readonly asked: (question: LimitFrame) => void;
}
