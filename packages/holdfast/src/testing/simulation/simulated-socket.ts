import type { TransportState } from '../../core/death.ts';
import { frameLength, payloadsOf } from '../../sessions/text-frame.ts';
import {
  nobody,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
} from '../../sessions/socket.ts';
import type { Pipe } from './pipe.ts';
import { WireRecord } from './wire-record.ts';
import type { World } from './world.ts';

/** What goes from the process to the client. */
export type DownFrame =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'ping'; readonly mark: number }
  | { readonly kind: 'close'; readonly code: number }
  | { readonly kind: 'reset' };

/** What goes from the client to the process. */
export type UpFrame =
  | { readonly kind: 'text'; readonly text: string; readonly isBad?: boolean }
  | { readonly kind: 'ping' }
  | { readonly kind: 'pong'; readonly mark: number }
  | { readonly kind: 'close'; readonly code: number; readonly leavesOpen: boolean }
  | { readonly kind: 'fin' }
  | { readonly kind: 'reset' }
  | { readonly kind: 'invalid'; readonly code: number };

/** The methods of the port, each of which can be made to throw. */
export type SocketMethod = 'transport' | 'send' | 'ping' | 'close' | 'terminate';

/** How an engine behaves within what the port allows. */
export interface EngineTraits {
  readonly canPing: boolean;
  /** Bytes on their way from which on a write is queued, and above which it is not taken at all. */
  readonly highWater: number;
  readonly hardLimit: number;
  /** Reports the end from within `terminate`, as some engines do. */
  readonly endsInTerminate: boolean;
  /** Tells a reset as `gone` alone, without a sign before. */
  readonly skipsSigns: boolean;
}

/** Who watches what passes through a socket. */
export interface SocketWatch {
  /** A frame was taken by the engine, or queued in it. */
  written(socket: SimulatedSocket, text: string, bytes: number): void;
  /** A method threw, as asked. */
  threw(method: SocketMethod): void;
  /** The owner threw at the engine, which nothing catches in a real one. */
  ownerThrew(error: unknown): void;
  /** A frame of the peer is about to be handed to the process. */
  handing(socket: SimulatedSocket): void;
}

/** The process's end of a simulated connection. */
export class SimulatedSocket implements SessionSocket {
  owner: SocketOwner = nobody;
  readonly canPing: boolean;
  readonly record: WireRecord = new WireRecord();
  readonly throwing: Set<SocketMethod> = new Set();
  readonly #world: World;
  readonly #traits: EngineTraits;
  readonly #watch: SocketWatch;
  #down: Pipe<DownFrame> | null = null;
  #isQueueing = false;
  #hasSentClose = false;
  /** The client has sent its close frame and will close its end. */
  #isPeerDone = false;
  /** When the connection was closed, whatever was told about it. */
  closedAt: number = Number.POSITIVE_INFINITY;
  /** What the engine says instead of the truth. */
  claims: 'unknown' | null = null;
  /** What the next writes come to, instead of what the line allows. */
  dropsLeft = 0;
  hasThrown = false;
  hasDropped = false;

  constructor(world: World, traits: EngineTraits, watch: SocketWatch) {
    this.#world = world;
    this.#traits = traits;
    this.#watch = watch;
    this.canPing = traits.canPing;
  }

  get isClosed(): boolean {
    return this.closedAt !== Number.POSITIVE_INFINITY;
  }

  connect(down: Pipe<DownFrame>): void {
    this.#down = down;
  }

  transport(): TransportState {
    this.#throwIfAsked('transport');
    return this.claims ?? (this.isClosed ? 'closed' : 'open');
  }

  send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    this.#throwIfAsked('send');
    if (this.isClosed || this.#hasSentClose) return 'dropped';
    const waiting = this.#down?.bytes ?? 0;
    if (this.dropsLeft > 0 || waiting > this.#traits.hardLimit) {
      this.dropsLeft = Math.max(0, this.dropsLeft - 1);
      this.#isQueueing = true;
      this.hasDropped = true;
      this.#world.in(this.#world.random.between(1, 50), () => this.passed());
      return 'dropped';
    }
    for (const payload of payloadsOf(frames, rest)) this.#write(payload);
    if ((this.#down?.bytes ?? 0) < this.#traits.highWater) return 'ok';
    this.#isQueueing = true;
    return 'queued';
  }

  #write(payload: Buffer): void {
    const bytes = frameLength(payload.length);
    const text = payload.toString();
    this.record.wrote(bytes);
    this.#transmit({ kind: 'text', text }, bytes);
    this.#watch.written(this, text, bytes);
  }

  ping(mark: number): void {
    if (this.throwing.has('ping')) this.record.pingsThatThrew += 1;
    this.#throwIfAsked('ping');
    this.record.pinged(mark, this.#world.clock.nowMs());
    if (this.isClosed || this.#hasSentClose) return;
    this.#transmit({ kind: 'ping', mark }, 0);
  }

  close(code: number, reason: string): void {
    const { retryMs } = JSON.parse(reason || '{}') as { readonly retryMs?: number };
    this.record.retryMs = retryMs ?? null;
    this.record.dismissedAt ??= this.#world.clock.nowMs();
    this.#throwIfAsked('close');
    if (this.isClosed || this.#hasSentClose) return;
    this.#hasSentClose = true;
    this.#transmit({ kind: 'close', code }, 0);
    if (this.#isPeerDone) this.#finish(this.#world.random.between(0, 5));
  }

  terminate(): void {
    this.record.dismissedAt ??= this.#world.clock.nowMs();
    this.#throwIfAsked('terminate');
    if (this.isClosed) return;
    this.closedAt = this.#world.clock.nowMs();
    this.#transmit({ kind: 'reset' }, 0);
    if (this.#traits.endsInTerminate) this.owner.gone();
    else this.#world.clock.inPoll(0, () => this.#tell(() => this.owner.gone()));
  }

  /** Bytes have come out at the client's end. */
  passed(): void {
    if (!this.#isQueueing || (this.#down?.bytes ?? 0) * 2 > this.#traits.highWater) return;
    this.#isQueueing = false;
    this.#world.ask(() => {
      if (!this.isClosed) this.#tell(() => this.owner.drained());
    });
  }

  /** The connection ends at this end without anybody being told, now or ever. */
  loseSilently(): void {
    this.closedAt = this.#world.clock.nowMs();
  }

  /** A loss that was silent is told after all. */
  tellGone(): void {
    this.#tell(() => this.owner.gone());
  }

  /** Something of the client is read from the kernel. */
  read(frame: UpFrame): void {
    if (this.isClosed) return;
    this.#tell(() => this.#hand(frame));
  }

  #hand(frame: UpFrame): void {
    switch (frame.kind) {
      case 'text':
      case 'ping':
      case 'pong':
        this.#handEvidence(frame);
        break;
      case 'close':
        this.record.provocations.add('close-frame');
        this.#isPeerDone = !frame.leavesOpen;
        if (this.#hasSentClose && this.#isPeerDone) this.#finish(this.#world.random.between(0, 5));
        this.owner.ending('close-frame', frame.code);
        break;
      case 'invalid':
        this.record.provocations.add(frame.code === 1009 ? 'too-big' : 'invalid');
        this.owner.ending('invalid', frame.code);
        break;
      case 'fin':
        this.record.provocations.add('gone');
        this.owner.ending('fin');
        this.#finish(this.#world.random.between(0, 20));
        break;
      case 'reset':
        this.record.provocations.add('gone');
        if (!this.#traits.skipsSigns) this.owner.ending('lost');
        this.#finish(0);
    }
  }

  #handEvidence(frame: Extract<UpFrame, { kind: 'text' | 'ping' | 'pong' }>): void {
    this.record.heardAt = this.#world.clock.nowMs();
    this.#watch.handing(this);
    if (frame.kind === 'ping') this.owner.heard();
    else if (frame.kind === 'pong') {
      this.record.ponged(frame.mark);
      this.owner.ponged(frame.mark);
    } else {
      this.record.provocations.add(frame.isBad === true ? 'bad-frame' : 'request');
      this.record.said(frame.text);
      this.owner.received(frame.text);
    }
  }

  #finish(afterMs: number): void {
    this.#world.clock.inPoll(afterMs, () => {
      if (this.isClosed) return;
      this.closedAt = this.#world.clock.nowMs();
      this.#tell(() => this.owner.gone());
    });
  }

  /** As an engine would: what the owner throws is caught by nobody there, so it is noted as a failure of the owner. */
  #tell(report: () => void): void {
    try {
      report();
    } catch (error) {
      this.#watch.ownerThrew(error);
    }
  }

  #transmit(frame: DownFrame, bytes: number): void {
    this.#down?.send(frame, bytes, this.#world.clock.nowMs());
  }

  #throwIfAsked(method: SocketMethod): void {
    if (!this.throwing.has(method)) return;
    this.hasThrown = true;
    this.#watch.threw(method);
    throw new Error(`${method} failed, as asked`);
  }
}
