import type { RawData, WebSocket } from 'ws';
import type {
  ClientEnd,
  DialRequest,
  ProofClient,
  ReceivedEvent,
  ReceivedGap,
  ResumePoint,
} from '../dialer.ts';

/** The fields of the server's frames that are read here; all others are left alone. */
interface ServerFrame {
  readonly type?: string;
  readonly session?: string;
  readonly ticket?: string;
  readonly epoch?: string;
  readonly offset?: number;
  readonly limit?: number;
  readonly resume?: { readonly outcome?: string; readonly reason?: string };
  readonly event?: string;
  readonly data?: unknown;
  readonly reason?: string;
}

/** A client that does nothing by itself but answer pings: what it is told is kept as it came. */
export class WireClient implements ProofClient {
  readonly user: string;
  readonly received: ReceivedEvent[] = [];
  readonly gaps: ReceivedGap[] = [];
  session = '';
  limit: number | null = null;
  resumed: string | null = null;
  end: ClientEnd | null = null;
  frames = 0;
  readonly #socket: WebSocket;
  #position: ResumePoint = { epoch: '', offset: 0 };
  #wakers: (() => void)[] = [];
  #decide: ((end: ClientEnd | null) => void) | null = null;

  constructor(socket: WebSocket, { user }: DialRequest) {
    this.user = user;
    this.#socket = socket;
    socket.on('message', (data, isBinary) => this.#take(data, isBinary));
    socket.on('close', (code, reason) => this.#close(readEnd(code, reason.toString())));
    // Whatever the error is, `close` follows and tells how it ended.
    socket.on('error', () => this.#wake());
  }

  get position(): ResumePoint {
    return this.#position;
  }

  /** Calls back once: with null when the target has accepted the session, with the end when it has not. */
  whenDecided(decide: (end: ClientEnd | null) => void): void {
    this.#decide = decide;
  }

  send(frame: object): void {
    this.#socket.send(JSON.stringify(frame));
  }

  async close(): Promise<ClientEnd> {
    this.#socket.close(1000);
    await this.until(() => this.end !== null, 40_000);
    return this.end ?? readEnd(1006, '');
  }

  drop(): void {
    this.#socket.terminate();
  }

  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const endsAt = performance.now() + withinMs;
    while (!condition()) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }

  #take(data: RawData, isBinary: boolean): void {
    this.frames += 1;
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '{}';
    if (!isBinary) this.#read(JSON.parse(text) as ServerFrame);
    this.#wake();
  }

  #read(frame: ServerFrame): void {
    const { epoch = this.#position.epoch, offset = this.#position.offset } = frame;
    if (frame.type === 'ready') {
      this.#greet(frame);
    } else if (frame.type === 'event') {
      this.#position = { ...this.#position, offset };
      const { event = '', data } = frame;
      this.received.push({ offset, event, data, atMs: performance.now() });
    } else if (frame.type === 'gap') {
      this.#position = { ...this.#position, epoch, offset };
      this.gaps.push({ reason: frame.reason ?? '' });
    }
  }

  #greet({ session = '', limit, resume, epoch = '', offset = 0, ticket }: ServerFrame): void {
    this.session = session;
    this.limit = limit ?? null;
    this.resumed = resume?.outcome ?? null;
    if (this.resumed === 'gap') this.gaps.push({ reason: resume?.reason ?? '' });
    this.#position = { epoch, offset, ...(ticket === undefined ? {} : { ticket }) };
    this.#decided(null);
  }

  #close(end: ClientEnd): void {
    this.end = end;
    this.#decided(end);
    this.#wake();
  }

  #decided(end: ClientEnd | null): void {
    this.#decide?.(end);
    this.#decide = null;
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

/** The end of a connection, with what its reason says: compact JSON `{"r":…,"retryMs":…}`, or any other text as it is. */
function readEnd(code: number, reason: string): ClientEnd {
  const parsed = parseReason(reason);
  return { code, reason: parsed.r ?? reason, retryMs: parsed.retryMs ?? null };
}

function parseReason(reason: string): { readonly r?: string; readonly retryMs?: number } {
  if (!reason.startsWith('{')) return {};
  try {
    return JSON.parse(reason) as { readonly r?: string; readonly retryMs?: number };
  } catch {
    // Other servers put any text there: then the text is the reason.
    return {};
  }
}
