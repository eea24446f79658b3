import { WebSocket } from 'ws';
import { readServerFrame } from '../wire-check.ts';

/** What a follower was told is gone. */
export interface ToldGap {
  readonly reason: string;
  readonly from?: number;
  readonly to?: number;
}

/** A client that wants every event of its user, through whatever happens to its connections. */
export interface Follower {
  /** Offset and data of every event it has handed to its application, in order. */
  readonly events: readonly { readonly offset: number; readonly data: unknown }[];
  readonly gaps: readonly ToldGap[];
  /** How often it was greeted. */
  readonly greetings: number;
  /** Close codes, in order. */
  readonly closes: readonly number[];
  stop(): void;
}

/** Where a follower connects to, and as whom. */
export interface FollowerOptions {
  /** `ws://…/ws` */
  readonly url: string;
  readonly token: string;
}

interface ServerFrame {
  readonly type: string;
  readonly epoch: string;
  readonly offset: number;
  readonly ticket: string;
  readonly data: unknown;
  readonly reason: string;
  readonly from?: number;
  readonly to?: number;
  readonly resume: { readonly outcome: string; readonly reason: string } & ToldGap;
}

const backoffMs = 20;
/** Asks this often, and gives up a connection on which it has heard nothing for this long. */
const askEveryMs = 500;
const silenceMs = 1_500;

/** A follower of PROTOCOL.md and nothing else, on a bare WebSocket. */
export class BareFollower implements Follower {
  readonly events: { offset: number; data: unknown }[] = [];
  readonly gaps: ToldGap[] = [];
  readonly closes: number[] = [];
  greetings = 0;
  readonly #options: FollowerOptions;
  #socket: WebSocket;
  #position: { epoch: string; offset: number } | null = null;
  #ticket: string | null = null;
  #heardAt = 0;
  #asking: NodeJS.Timeout;
  #isStopped = false;

  constructor(options: FollowerOptions) {
    this.#options = options;
    this.#socket = this.#connect();
    this.#asking = setInterval(() => this.#ask(), askEveryMs);
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#asking);
    this.#socket.terminate();
  }

  #connect(): WebSocket {
    const { url, token } = this.#options;
    const query = new URLSearchParams({
      ...(this.#ticket !== null && { resume: this.#ticket }),
      ...(this.#position !== null && {
        epoch: this.#position.epoch,
        offset: String(this.#position.offset),
      }),
    });
    const headers = { authorization: `Bearer ${token}` };
    const socket = new WebSocket(`${url}?${query.toString()}`, 'holdfast.v1', { headers });
    this.#heardAt = performance.now();
    socket.on('message', (data: Buffer) => {
      this.#heardAt = performance.now();
      this.#take(readServerFrame(data.toString()) as unknown as ServerFrame);
    });
    socket.on('error', () => {});
    socket.on('close', (code) => {
      this.closes.push(code);
      if (this.#isStopped) return;
      setTimeout(() => {
        if (!this.#isStopped) this.#socket = this.#connect();
      }, backoffMs);
    });
    return socket;
  }

  #take(frame: ServerFrame): void {
    const { type, offset } = frame;
    if (type === 'ready') this.#greeted(frame);
    if (type === 'event') this.events.push({ offset, data: frame.data });
    if (type === 'gap') this.gaps.push(toldGap(frame));
    if (this.#position !== null && (type === 'event' || type === 'gap'))
      this.#position.offset = offset;
  }

  #greeted({ epoch, offset, ticket, resume }: ServerFrame): void {
    this.greetings += 1;
    this.#position = { epoch, offset };
    this.#ticket = ticket;
    if (resume.outcome === 'gap') this.gaps.push(toldGap(resume));
  }

  #ask(): void {
    if (performance.now() - this.#heardAt > silenceMs) this.#socket.terminate();
    else if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send('{"type":"ping"}');
  }
}

function toldGap({ reason, from, to }: ToldGap): ToldGap {
  return { reason, ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

/**
 * What is wrong with what a follower got of the events whose data is 1 to `last`, at those offsets: nothing, if each came
 * once and in order, or lies in a gap it was told of.
 */
export function faultsOf({ events, gaps }: Follower, last: number): string[] {
  const found: string[] = [];
  let before = 0;
  const got = new Set<number>();
  for (const { offset, data } of events) {
    if (offset <= before) found.push(`offset ${offset} after ${before}`);
    if (Number(data) !== offset) found.push(`offset ${offset} brings ${String(data)}`);
    before = Math.max(before, offset);
    got.add(offset);
  }
  for (let offset = 1; offset <= last; offset += 1) {
    if (got.has(offset) || gaps.some((gap) => covers(gap, offset))) continue;
    found.push(`offset ${offset} never came, and no gap was told`);
  }
  return found;
}

function covers({ from = Number.POSITIVE_INFINITY, to = 0 }: ToldGap, offset: number): boolean {
  return from <= offset && offset <= to;
}
