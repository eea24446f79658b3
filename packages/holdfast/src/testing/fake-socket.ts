import type { TransportState } from '../core/death.ts';
import { payloadsOf } from '../sessions/text-frame.ts';
import {
  type EndSign,
  nobody,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
} from '../sessions/socket.ts';
import type { ManualClock } from './manual-clock.ts';

/** How the peer behind a fake socket behaves. */
export interface FakePeer {
  /** Time from a ping to its pong; null for a peer that never answers. */
  readonly roundTripMs: number | null;
}

/** A socket on the manual clock whose peer answers pings after a round trip, until it is frozen, cut or gone. */
export class FakeSocket implements SessionSocket {
  owner: SocketOwner = nobody;
  readonly canPing: boolean = true;
  readonly #clock: ManualClock;
  readonly #roundTripMs: number | null;
  /** Texts written, in order. */
  readonly written: string[] = [];
  /** The close frames written. */
  readonly closes: { readonly code: number; readonly reason: string }[] = [];
  pings = 0;
  isTerminated = false;
  /** The peer runs but neither reads nor answers: stopped, asleep, or behind a dead link. */
  isFrozen = false;
  /** What the engine answers to writes. */
  outcome: SendOutcome = 'ok';
  /** What the engine says of the connection; null says the truth. */
  claimed: TransportState | null = null;
  /** Method names that throw when called. */
  readonly throwing: Set<string> = new Set();
  readonly #unanswered: number[] = [];

  constructor(clock: ManualClock, peer: FakePeer = { roundTripMs: 1 }) {
    this.#clock = clock;
    this.#roundTripMs = peer.roundTripMs;
  }

  get isOpen(): boolean {
    return !this.isTerminated && this.closes.length === 0;
  }

  /** The frames written, parsed. */
  get frames(): readonly Record<string, unknown>[] {
    return this.written.map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  transport(): TransportState {
    this.#throwIfAsked('transport');
    return this.claimed ?? (this.isTerminated ? 'closed' : 'open');
  }

  send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    this.#throwIfAsked('send');
    if (this.isTerminated) return 'dropped';
    if (this.outcome !== 'dropped') this.written.push(...payloadsOf(frames, rest).map(String));
    return this.outcome;
  }

  ping(mark: number): void {
    this.#throwIfAsked('ping');
    this.pings += 1;
    this.#unanswered.push(mark);
    if (!this.isFrozen) this.#answer();
  }

  close(code: number, reason: string): void {
    this.#throwIfAsked('close');
    this.closes.push({ code, reason });
    if (!this.isFrozen && !this.isTerminated)
      this.#clock.inPoll(this.#roundTripMs ?? 1, () => this.drop());
  }

  terminate(): void {
    this.#throwIfAsked('terminate');
    if (this.isTerminated) return;
    this.isTerminated = true;
    this.#clock.inPoll(0, () => this.owner.gone());
  }

  /** The peer sends a message. */
  say(frame: unknown): void {
    this.owner.received(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** The peer shows the first sign of its end and leaves its TCP connection as it is. */
  end(sign: EndSign = 'close-frame', code = 1000): void {
    this.owner.ending(sign, code);
  }

  /** The peer closes in an orderly way, and the connection with it. */
  leave(): void {
    this.end('close-frame');
    this.drop();
  }

  /** The connection is gone. */
  drop(): void {
    if (this.isTerminated) return;
    this.isTerminated = true;
    this.owner.gone();
  }

  /** The peer runs again and answers what it was asked meanwhile. */
  thaw(): void {
    this.isFrozen = false;
    this.#answer();
  }

  #answer(): void {
    if (this.#roundTripMs === null) return;
    this.#clock.inPoll(this.#roundTripMs, () => {
      if (this.isFrozen || this.isTerminated) return;
      const mark = this.#unanswered.pop();
      this.#unanswered.length = 0;
      if (mark !== undefined) this.owner.ponged(mark);
    });
  }

  #throwIfAsked(method: string): void {
    if (this.throwing.has(method)) throw new Error(`${method} failed, as asked`);
  }
}
