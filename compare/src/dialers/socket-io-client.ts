import { setTimeout as delay } from 'node:timers/promises';
import type { Socket } from 'socket.io-client';
import type {
  ClientEnd,
  DialRequest,
  ProofClient,
  ReceivedEvent,
  ReceivedGap,
  ResumePoint,
} from '../../../packages/gateway/dist/proof/dialer.js';
import type { RecordingAgent } from './recording-agent.ts';

/** What the server's application sends. */
interface SentEvent {
  readonly offset: number;
  readonly event: string;
  readonly data: unknown;
}

/** The packets of the protocol, as far as they are read here: see its documentation, connection state recovery. */
interface Packet {
  readonly type: number;
  readonly data?: unknown;
}

const connectPacket = 0;
const eventPacket = 2;
const lookEveryMs = 10;

/** A client of the library's, which does by itself what the library does, except for coming back. */
export class SocketIoClient implements ProofClient {
  readonly user: string;
  readonly received: ReceivedEvent[] = [];
  /** The library tells none: a client that was not recovered is a new one. */
  readonly gaps: ReceivedGap[] = [];
  readonly limit = null;
  resumed: string | null = null;
  session = '';
  end: ClientEnd | null = null;
  frames = 0;
  readonly #socket: Socket;
  readonly #agent: RecordingAgent;
  readonly #ticket: string | undefined;
  readonly #before: number;
  /** What the library itself hands over when it comes back: its private id and the id of the last packet. */
  #privateId: string | undefined;
  #lastPacket: string | undefined;

  constructor({ user, resume }: DialRequest, socket: Socket, agent: RecordingAgent) {
    this.user = user;
    this.#ticket = resume?.ticket;
    this.#lastPacket = resume?.epoch;
    this.#before = resume?.offset ?? 0;
    this.#socket = socket;
    this.#agent = agent;
    socket.io.on('packet', (packet: Packet) => this.#remember(packet));
    socket.io.engine.on('packet', () => (this.frames += 1));
    socket.on('event', ({ offset, event, data }: SentEvent) => {
      this.received.push({ offset, event, data, atMs: performance.now() });
    });
    socket.on('disconnect', (reason) => (this.end ??= { code: 1006, reason, retryMs: null }));
  }

  get position(): ResumePoint {
    const offset = this.received.at(-1)?.offset ?? this.#before;
    const ticket = this.#privateId;
    return { epoch: this.#lastPacket ?? '', offset, ...(ticket === undefined ? {} : { ticket }) };
  }

  /** To be called once the server has let it in. */
  greet(): void {
    this.session = this.#socket.id ?? '';
    // `socket.recovered` speaks of the same object only; this is what it compares.
    const isRecovered = this.#ticket !== undefined && this.#ticket === this.#privateId;
    this.resumed = isRecovered ? 'replayed' : 'new';
  }

  send(frame: object): void {
    this.#socket.emit('frame', frame);
  }

  async close(): Promise<ClientEnd> {
    this.#socket.disconnect();
    await this.until(() => this.end !== null, 10_000);
    return this.end ?? { code: 1006, reason: '', retryMs: null };
  }

  drop(): void {
    this.#agent.drop();
  }

  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const endsAt = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() > endsAt) return false;
      await delay(lookEveryMs);
    }
    return true;
  }

  #remember({ type, data }: Packet): void {
    if (type === connectPacket) this.#privateId = (data as { readonly pid?: string }).pid;
    if (type !== eventPacket || !Array.isArray(data)) return;
    const last: unknown = data.at(-1);
    if (typeof last === 'string') this.#lastPacket = last;
  }
}
