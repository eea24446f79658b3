import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** A frame as it came over the wire. */
export interface RawFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Opcodes of RFC 6455 section 5.2. */
export const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** How to reach the server, and as whom. */
export interface RawPeerOptions {
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Answers pings by itself, as a browser does. Default true. */
  readonly answersPings?: boolean;
  /** How long the server may take to answer the upgrade. Default 5 s. */
  readonly answerTimeoutMs?: number;
}

/**
 * A WebSocket client on a bare TCP socket, for everything a well-behaved client library will not do: never answer, leave
 * TCP open after a close frame, reset in the middle of a frame, stop reading.
 */
export class RawPeer {
  readonly socket: Socket;
  /** Every frame received, in order. */
  readonly frames: RawFrame[] = [];
  /** Everything received before the first frame. */
  head = '';
  isClosed = false;
  answersPings: boolean;
  #buffer: Buffer = Buffer.alloc(0);
  #isUpgraded = false;
  #wakers: (() => void)[] = [];

  private constructor(options: RawPeerOptions) {
    this.answersPings = options.answersPings ?? true;
    const { port, host = '127.0.0.1' } = options;
    this.socket = connect({ port, host, allowHalfOpen: true });
    this.socket.on('data', (chunk) => this.#take(chunk));
    this.socket.on('error', () => this.#wake());
    this.socket.on('close', () => {
      this.isClosed = true;
      this.#wake();
    });
  }

  /** Connects and asks for the upgrade. Resolves once the server has answered, whatever the answer is; rejects where it does not. */
  static async connect(options: RawPeerOptions): Promise<RawPeer> {
    const peer = new RawPeer(options);
    const fields = {
      Host: `${options.host ?? '127.0.0.1'}:${options.port}`,
      Upgrade: 'websocket',
      Connection: 'Upgrade',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': randomBytes(16).toString('base64'),
      ...options.headers,
    };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
    peer.socket.write(`GET ${options.path ?? '/'} HTTP/1.1\r\n${lines.join('')}\r\n`);
    const isAnswered = (): boolean =>
      peer.#isUpgraded || peer.isClosed || peer.head.includes('\r\n\r\n');
    try {
      await peer.until(isAnswered, options.answerTimeoutMs);
    } catch (cause) {
      // Nobody else could close it.
      peer.destroy();
      throw new Error(`Expected port ${options.port} to answer the upgrade.`, { cause });
    }
    return peer;
  }

  /** Texts of the text frames received. */
  get texts(): string[] {
    return this.frames
      .filter(({ opcode }) => opcode === opcodes.text)
      .map(({ payload }) => payload.toString());
  }

  /** Code and reason of the close frame received; null before. */
  get closeFrame(): { readonly code: number; readonly reason: string } | null {
    const frame = this.frames.find(({ opcode }) => opcode === opcodes.close);
    if (frame === undefined) return null;
    if (frame.payload.length < 2) return { code: 1005, reason: '' };
    return { code: frame.payload.readUInt16BE(0), reason: frame.payload.subarray(2).toString() };
  }

  /** Resolves when the condition holds; looked at whenever something arrives. Rejects after the time-out. */
  async until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    while (!condition()) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0) throw new Error(`Expected a condition to hold within ${timeoutMs} ms.`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, Math.min(leftMs, 50));
        this.#wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Sends a whole frame, masked as clients must. */
  send(opcode: number, payload: Uint8Array | string = ''): void {
    this.socket.write(maskedFrame(opcode, Buffer.from(payload)));
  }

  /** Sends a close frame and leaves the connection as it is. */
  sendClose(code: number): void {
    const payload = Buffer.alloc(2);
    payload.writeUInt16BE(code);
    this.send(opcodes.close, payload);
  }

  /** Ends our half of the connection without a close frame. */
  finish(): void {
    this.socket.end();
  }

  /** Resets the connection. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  stopReading(): void {
    this.socket.pause();
  }

  readOn(): void {
    this.socket.resume();
  }

  /** Leaves without a word, whatever the state. */
  destroy(): void {
    this.socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    if (!this.#isUpgraded) this.#takeHead();
    if (this.#isUpgraded) while (this.#takeFrame());
    this.#wake();
  }

  #takeHead(): void {
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    this.head = this.#buffer.subarray(0, end + 4).toString('latin1');
    if (!this.head.startsWith('HTTP/1.1 101')) return;
    this.#isUpgraded = true;
    this.#buffer = this.#buffer.subarray(end + 4);
  }

  #takeFrame(): boolean {
    const buffer = this.#buffer;
    if (buffer.length < 2) return false;
    const short = buffer.readUInt8(1) & 0x7f;
    const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2;
    if (buffer.length < headBytes) return false;
    const long =
      headBytes === 4
        ? buffer.readUInt16BE(2)
        : Number(headBytes === 10 ? buffer.readBigUInt64BE(2) : 0n);
    const length = headBytes === 2 ? short : long;
    if (buffer.length < headBytes + length) return false;
    const frame = {
      opcode: buffer.readUInt8(0) & 0x0f,
      payload: buffer.subarray(headBytes, headBytes + length),
    };
    this.#buffer = buffer.subarray(headBytes + length);
    this.frames.push(frame);
    if (frame.opcode === opcodes.ping && this.answersPings) this.send(opcodes.pong, frame.payload);
    return true;
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}

/** A frame of a client: FIN set, masked with random bytes. */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const mask = randomBytes(4);
  const head = frameHead(opcode, payload.length);
  const masked = Buffer.from(payload.map((byte, place) => byte ^ (mask[place & 3] ?? 0)));
  return Buffer.concat([head, mask, masked]);
}

function frameHead(opcode: number, length: number): Buffer {
  if (length < 126) return Buffer.from([0x80 | opcode, 0x80 | length]);
  if (length < 65_536) {
    const head = Buffer.from([0x80 | opcode, 0x80 | 126, 0, 0]);
    head.writeUInt16BE(length, 2);
    return head;
  }
  const head = Buffer.alloc(10);
  head[0] = 0x80 | opcode;
  head[1] = 0x80 | 127;
  head.writeBigUInt64BE(BigInt(length), 2);
  return head;
}
