import { connect, type Socket } from 'node:net';

/** What a peer tells. One object for all peers. */
export interface PeerListener {
  upgraded(peer: Peer): void;
  message(peer: Peer): void;
  closed(peer: Peer): void;
}

/** Where a peer connects to, and as whom. */
export interface PeerPlan {
  readonly port: number;
  readonly user: string;
  /** The rest of the query, with which it comes back; empty for one that is new. */
  readonly resume: string;
  readonly localAddress: string | undefined;
}

const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
const text = 0x1;
const close = 0x8;
const ping = 0x9;
const pong = 0xa;
const headEnd = Buffer.from('\r\n\r\n');

/** A masked frame with a payload of at most 65,535 bytes. RFC 6455 section 5.2. */
export function clientFrame(payload: Buffer, opcode: number = text): Buffer {
  const isShort = payload.length < 126;
  const header = Buffer.alloc(isShort ? 2 : 4);
  header[0] = 0x80 | opcode;
  header[1] = 0x80 | (isShort ? payload.length : 126);
  if (!isShort) header.writeUInt16BE(payload.length, 2);
  const masked = Buffer.from(payload.map((byte, index) => byte ^ (mask[index & 3] ?? 0)));
  return Buffer.concat([header, mask, masked]);
}

/** The least WebSocket client that can make load: it counts what comes and answers pings. */
export class Peer {
  readonly socket: Socket;
  readonly #listener: PeerListener;
  readonly startedAtMs: number = performance.now();
  #rest: Buffer | null = null;
  isUpgraded = false;
  isClosed = false;
  /** The first message, which says where it stands. */
  greeting = '';
  /** Messages and pings received. */
  messages = 0;
  pings = 0;
  /** Messages still to come of the burst that is out. */
  awaited = 0;

  constructor({ port, user, resume, localAddress }: PeerPlan, listener: PeerListener) {
    this.#listener = listener;
    const from = localAddress === undefined ? {} : { localAddress };
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true, ...from });
    this.socket.write(
      `GET /?user=${user}${resume} HTTP/1.1\r\nHost: localhost:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
    );
    this.socket.on('data', (chunk: Buffer) => this.#read(chunk));
    this.socket.on('error', () => this.socket.destroy());
    this.socket.on('close', () => this.#end());
  }

  /** From here on as if its process were stopped: the kernel goes on acknowledging, nobody reads. */
  freeze(): void {
    this.socket.pause();
  }

  #end(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.socket.destroy();
    this.#listener.closed(this);
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest === null ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = null;
    let at = 0;
    if (!this.isUpgraded) {
      const end = bytes.indexOf(headEnd);
      if (end < 0) {
        this.#rest = bytes;
        return;
      }
      if (bytes.toString('latin1', 9, 12) !== '101') {
        this.#end();
        return;
      }
      this.isUpgraded = true;
      at = end + headEnd.length;
      this.#listener.upgraded(this);
    }
    while (at < bytes.length && !this.isClosed) {
      const next = this.#readFrame(bytes, at);
      if (next < 0) {
        this.#rest = at === 0 ? bytes : bytes.subarray(at);
        return;
      }
      at = next;
    }
  }

  /** Where the next frame begins; -1 when this one is not complete yet. */
  #readFrame(bytes: Buffer, at: number): number {
    if (bytes.length < at + 2) return -1;
    const short = bytes[at + 1] ?? 0;
    const header = short < 126 ? 2 : 4;
    if (bytes.length < at + header) return -1;
    const length = short < 126 ? short : bytes.readUInt16BE(at + 2);
    const end = at + header + length;
    if (bytes.length < end) return -1;
    const opcode = (bytes[at] ?? 0) & 0x0f;
    if (opcode === ping) this.#ponged(bytes.subarray(at + header, end));
    else if (opcode === close) this.#end();
    else if (opcode !== pong) {
      this.messages += 1;
      if (this.messages === 1) this.greeting = bytes.toString('utf8', at + header, end);
      this.#listener.message(this);
    }
    return end;
  }

  #ponged(payload: Buffer): void {
    this.pings += 1;
    this.socket.write(clientFrame(payload, pong));
  }
}
