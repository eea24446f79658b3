import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { RefusalReason } from '../protocol/close-causes.ts';
import { subprotocol } from '../protocol/frames.ts';
import type { OpenRequest } from '../sessions/admission.ts';
import { lingerMs } from '../sessions/lingering.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import { corkForTick } from './cork.ts';
import { absorbErrors, Handshake } from './handshake.ts';
import { pongingSocket } from './ws-socket.ts';

/** What to do with an upgrade request. */
export type Verdict =
  /** Upgrade it and ask for a slot. */
  | { readonly kind: 'open'; readonly request: Omit<OpenRequest, 'socket' | 'startedAtMs'> }
  /** Answer in HTTP, before the upgrade. */
  | {
      readonly kind: 'reject';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }
  /** Upgrade it and close it with this cause, so that a browser sees the code. */
  | { readonly kind: 'refuse'; readonly cause: RefusalReason; readonly retryAfterMs?: number };

/** How upgrade requests are taken. */
export interface UpgradeOptions {
  readonly layer: SessionLayer;
  /**
   * Decides about a request. May await; `signal` is aborted when the client leaves or the time is over. What it throws is
   * a fault, answered 500.
   */
  readonly decide: (
    request: IncomingMessage,
    handshake: { readonly signal: AbortSignal },
  ) => Verdict | Promise<Verdict>;
  /** The largest message of a client, bytes. Default 64 KB. */
  readonly maxPayloadBytes?: number;
  /** How long a decision may take, milliseconds. Default 10 s; then the answer is 503. */
  readonly decisionTimeoutMs?: number;
  /** How many requests may wait for their decision at once; more are answered 503. Default 10,000. */
  readonly mostUndecided?: number;
  /** Told when a handshake ended without a WebSocket: rejected, malformed, or left by its client. */
  readonly onUnfinished?: (request: IncomingMessage) => void;
}

/** Upgrade requests are taken until this is closed. */
export interface Upgrades {
  /** Requests that wait for their decision. */
  readonly undecided: number;
  close(): void;
}

const defaults = { maxPayloadBytes: 64 * 1024, decisionTimeoutMs: 10_000, mostUndecided: 10_000 };
/** Legitimate messages come in a few fragments and chunks; an attacker's come in thousands that cost more than they carry. */
const maxFragments = 64;
const maxBufferedChunks = 4_096;

/**
 * Takes the upgrade requests of an HTTP server into a session layer. The raw socket has its error listener before the
 * first await, so that a reset during authentication ends the handshake and not the process.
 */
export function acceptUpgrades(server: Server | SecureServer, options: UpgradeOptions): Upgrades {
  const upgrader = new Upgrader(options);
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    upgrader.take(new Handshake(request, socket as Socket, head));
  };
  server.on('upgrade', onUpgrade);
  return {
    get undecided() {
      return upgrader.undecided;
    },
    close: () => {
      server.off('upgrade', onUpgrade);
    },
  };
}

class Upgrader {
  readonly #options: UpgradeOptions & typeof defaults;
  readonly #engine: WebSocketServer;
  undecided = 0;

  constructor(options: UpgradeOptions) {
    this.#options = { ...defaults, ...options };
    this.#engine = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: this.#options.maxPayloadBytes,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
      ...{ maxFragments, maxBufferedChunks, closeTimeout: lingerMs },
    });
    this.#engine.on('wsClientError', (_error, socket, request) => {
      this.#options.onUnfinished?.(request);
      reject(socket as Socket, {
        kind: 'reject',
        status: 400,
        body: 'Expected a WebSocket upgrade as in RFC 6455, version 13.\n',
      });
    });
  }

  take(handshake: Handshake): void {
    const { decide, mostUndecided } = this.#options;
    if (this.undecided >= mostUndecided) {
      this.#finish(handshake, { kind: 'reject', status: 503, headers: { 'Retry-After': '1' } });
      return;
    }
    try {
      const verdict = decide(handshake.request, handshake);
      if (verdict instanceof Promise) this.#await(handshake, verdict);
      else this.#finish(handshake, verdict);
    } catch (error) {
      this.#fail(handshake, error);
    }
  }

  #await(handshake: Handshake, verdict: Promise<Verdict>): void {
    this.undecided += 1;
    let isOpen = true;
    const conclude = (act: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      this.undecided -= 1;
      act();
    };
    handshake.hold(this.#options.decisionTimeoutMs, () => {
      conclude(() =>
        this.#finish(handshake, { kind: 'reject', status: 503, headers: { 'Retry-After': '1' } }),
      );
    });
    verdict.then(
      (decided) => conclude(() => this.#finish(handshake, decided)),
      (error: unknown) => conclude(() => this.#fail(handshake, error)),
    );
  }

  #fail(handshake: Handshake, error: unknown): void {
    this.#options.layer.reportFault('application', error);
    this.#finish(handshake, { kind: 'reject', status: 500 });
  }

  #finish(handshake: Handshake, verdict: Verdict): void {
    const { request, socket, head, startedAtMs } = handshake;
    handshake.finish();
    if (handshake.isGone || verdict.kind === 'reject') {
      this.#options.onUnfinished?.(request);
      if (verdict.kind === 'reject') reject(socket, verdict);
      return;
    }
    try {
      // The answer to the upgrade and the greeting leave in one system call.
      corkForTick(socket);
      this.#engine.handleUpgrade(request, socket, head, (ws: WebSocket) => {
        handshake.release();
        const port = pongingSocket(ws, socket);
        const { layer } = this.#options;
        if (verdict.kind === 'refuse') layer.turnAway(port, verdict.cause, verdict.retryAfterMs);
        else layer.open({ ...verdict.request, socket: port, startedAtMs });
      });
    } catch (error) {
      this.#options.layer.reportFault('application', error);
      socket.destroy();
    }
  }
}

/** Answers in HTTP and closes. The client may be gone already. */
function reject(
  socket: Socket,
  { status, headers = {}, body }: Extract<Verdict, { kind: 'reject' }>,
): void {
  if (socket.destroyed) return;
  absorbErrors(socket);
  const text = body ?? `${STATUS_CODES[status] ?? 'Refused'}\n`;
  const fields = {
    Connection: 'close',
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(text)),
    ...headers,
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${text}`);
}
