import type { TransportState } from '../../core/death.ts';
import {
  nobody,
  type SendOutcome,
  type SessionSocket,
  type SocketOwner,
} from '../../sessions/socket.ts';
import { payloadsOf } from '../../sessions/text-frame.ts';
import type { ClusterWorld } from './cluster-world.ts';
import { Lane } from './lane.ts';

/** The process a wire ends in: whatever happens to the wire is read from there. */
export interface WireHost {
  readonly name: string;
  do(run: () => void): void;
}

/** The client a wire ends at. */
export interface WireClient {
  read(wire: Wire, text: string): void;
  /** The other side has said goodbye, or cut the connection (1006). */
  closed(wire: Wire, code: number, reason: string): void;
  /** Its session is live. */
  attached(wire: Wire, lineage: number): void;
  /** The process has written this; it may never arrive. */
  written(wire: Wire, text: string): void;
}

/** An attempt to get in with the ticket of one lineage, or with none. */
export interface Dial {
  readonly wire: Wire;
  /** When it was decided, and no act of it can be under way any more; Infinity before. */
  endsAt: number;
}

/** Until a peer that closes has closed its end too, milliseconds. */
const closingMs = 3;

/** One connection of a client to a process. The client answers pings as long as the line carries and it runs. */
export class Wire implements SessionSocket {
  owner: SocketOwner = nobody;
  readonly canPing: boolean = true;
  readonly host: WireHost;
  readonly client: WireClient;
  /** All attempts of its lineage, its own among them. */
  readonly kin: readonly Dial[];
  readonly #world: ClusterWorld;
  readonly #down: Lane;
  readonly #up: Lane;
  readonly dialledAt: number;
  #hasSentClose = false;
  /** At the process. */
  isClosed = false;
  /** At the client. */
  isOver = false;
  /** Since when nothing stands in the way of its answers; Infinity while something does. */
  carriesSince: number;
  /** Until when it has carried. */
  carriedTo: number = Infinity;

  constructor(
    world: ClusterWorld,
    host: WireHost,
    { client, kin }: { readonly client: WireClient; readonly kin: readonly Dial[] },
  ) {
    this.#world = world;
    this.host = host;
    this.client = client;
    this.kin = kin;
    this.dialledAt = world.now;
    this.carriesSince = world.now;
    const delayMs = world.random.chance(0.2) ? world.random.between(20, 60) : 1;
    this.#down = new Lane(world, () => delayMs);
    this.#up = new Lane(world, () => delayMs);
  }

  transport(): TransportState {
    return this.isClosed ? 'closed' : 'open';
  }

  send(frames: Uint8Array, rest: Uint8Array | null): SendOutcome {
    if (this.isClosed || this.#hasSentClose) return 'dropped';
    for (const payload of payloadsOf(frames, rest)) {
      const text = payload.toString();
      this.client.written(this, text);
      this.#down.send(() => {
        if (!this.isOver) this.client.read(this, text);
      });
    }
    return 'ok';
  }

  ping(mark: number): void {
    this.#down.send(() => this.#say((owner) => owner.ponged(mark)));
  }

  close(code: number, reason: string): void {
    if (this.isClosed || this.#hasSentClose) return;
    this.#hasSentClose = true;
    this.#down.send(() => this.#endAt(code, reason));
  }

  terminate(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#down.send(() => this.#endAt(1006, ''));
    this.host.do(() => this.owner.gone());
  }

  say(text: string): void {
    this.#say((owner) => owner.received(text));
  }

  /** The client closes: with a close frame first, or not. */
  leave(isOrderly: boolean): void {
    if (this.isOver) return;
    this.#say((owner) => (isOrderly ? owner.ending('close-frame', 1000) : owner.ending('lost')));
    this.#finish();
    this.#end();
  }

  /** Nothing passes any more, in either direction. */
  hold(): void {
    if (this.carriesSince !== Infinity) this.carriedTo = this.#world.now;
    this.carriesSince = Infinity;
    this.#down.hold();
    this.#up.hold();
  }

  release(): void {
    if (this.isOver) return;
    this.carriesSince = this.#world.now;
    this.carriedTo = Infinity;
    this.#down.release();
    this.#up.release();
  }

  /** The client has forgotten it without closing it. */
  abandon(): void {
    this.hold();
    this.isOver = true;
  }

  /** The process is gone: its machine says so, or nobody does. */
  reset(): void {
    this.isClosed = true;
    this.#down.send(() => this.#endAt(1006, ''));
  }

  #endAt(code: number, reason: string): void {
    if (this.isOver) return;
    this.#finish();
    this.#end();
    this.client.closed(this, code, reason);
  }

  #end(): void {
    this.isOver = true;
    this.carriesSince = Infinity;
    this.carriedTo = Math.min(this.carriedTo, this.#world.now);
  }

  #finish(): void {
    this.#up.send(() =>
      this.#world.in(closingMs, () =>
        this.host.do(() => {
          if (this.isClosed) return;
          this.isClosed = true;
          this.owner.gone();
        }),
      ),
    );
  }

  #say(report: (owner: SocketOwner) => void): void {
    if (this.isOver) return;
    this.#up.send(() =>
      this.host.do(() => {
        if (!this.isClosed) report(this.owner);
      }),
    );
  }
}
