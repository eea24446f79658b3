import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { isThenable } from '../core/thenable.ts';
import { subprotocol } from '../protocol/frames.ts';
import { lingerMs } from '../sessions/lingering.ts';
import { nobody, type SessionSocket } from '../sessions/socket.ts';
import { corkForTick } from './cork.ts';
import { asksForWebSocket, handBack } from './hand-back.ts';
import { absorbErrors, Handshake } from './handshake.ts';
import {
  checkVerdict,
  resolveUpgradeOptions,
  type UpgradeOptions,
  type UpgradeSettings,
  type Verdict,
} from './upgrade-options.ts';
import { pongingSocket } from './ws-socket.ts';

export type { UpgradeLayer, UpgradeOptions, Verdict } from './upgrade-options.ts';

type Rejection = Extract<Verdict, { kind: 'reject' }>;

/** Upgrade requests are taken until this is closed. */
export interface Upgrades {
  /** Requests that wait for their decision. */
  readonly undecided: number;
  close(): void;
}

const busy: Rejection = { kind: 'reject', status: 503, headers: { 'Retry-After': '1' } };
const malformed: Rejection = {
  kind: 'reject',
  status: 400,
  body: 'Expected a WebSocket upgrade as in RFC 6455, version 13, over HTTP/1.1.\n',
};
/** Legitimate messages come in a few fragments and chunks; an attacker's come in thousands that cost more than they carry. */
const maxFragments = 64;
const maxBufferedChunks = 4_096;

/**
 * Takes the upgrade requests of an HTTP server into a session layer. The raw socket has its error listener before the
 * first await, so that a reset during authentication ends the handshake and not the process. Requests that ask for
 * something else than a WebSocket are served as if they asked for nothing, and are no handshakes.
 *
 * @throws UsageError `bad-option`
 */
export function acceptUpgrades(server: Server | SecureServer, options: UpgradeOptions): Upgrades {
  const upgrader = new Upgrader(resolveUpgradeOptions(options));
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (asksForWebSocket(request)) upgrader.take(new Handshake(request, socket as Socket, head));
    else handBack(server, { request, socket, head });
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
  readonly #options: UpgradeSettings;
  readonly #engine: WebSocketServer;
  undecided = 0;

  constructor(options: UpgradeSettings) {
    this.#options = options;
    this.#engine = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      autoPong: false,
      perMessageDeflate: false,
      maxPayload: options.maxPayloadBytes,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
      ...{ maxFragments, maxBufferedChunks, closeTimeout: lingerMs },
    });
    this.#engine.on('wsClientError', (_error, socket, request) => {
      this.#reject(request, socket as Socket, malformed);
    });
  }

  take(handshake: Handshake): void {
    const { decide, mostUndecided } = this.#options;
    if (this.undecided >= mostUndecided) {
      this.#finish(handshake, busy);
      return;
    }
    try {
      const verdict = decide(handshake.request, handshake);
      if (isThenable(verdict)) this.#await(handshake, verdict);
      else this.#settle(handshake, verdict);
    } catch (error) {
      this.#fail(handshake, error);
    }
  }

  #await(handshake: Handshake, verdict: PromiseLike<Verdict>): void {
    this.undecided += 1;
    let isOpen = true;
    const conclude = (act: () => void): void => {
      if (!isOpen) return;
      isOpen = false;
      this.undecided -= 1;
      act();
    };
    handshake.hold(this.#options.decisionTimeoutMs, () => {
      conclude(() => this.#finish(handshake, busy));
    });
    Promise.resolve(verdict).then(
      (decided) => conclude(() => this.#settle(handshake, decided)),
      (error: unknown) => conclude(() => this.#fail(handshake, error)),
    );
  }

  #settle(handshake: Handshake, verdict: Verdict): void {
    try {
      this.#finish(handshake, checkVerdict(verdict));
    } catch (error) {
      this.#fail(handshake, error);
    }
  }

  #fail(handshake: Handshake, error: unknown): void {
    this.#options.layer.reportFault('application', error);
    this.#finish(handshake, { kind: 'reject', status: 500 });
  }

  #finish(handshake: Handshake, verdict: Verdict): void {
    const { request, socket, head, startedAtMs } = handshake;
    handshake.finish();
    if (verdict.kind === 'reject' || handshake.isGone || request.httpVersion !== '1.1') {
      this.#reject(request, socket, verdict.kind === 'reject' ? verdict : malformed);
      return;
    }
    try {
      // The answer to the handshake and the first frame leave together, where the session opens at once.
      corkForTick(socket);
      this.#engine.handleUpgrade(request, socket, head, (ws: WebSocket) => {
        handshake.release();
        this.#hand(pongingSocket(ws, socket), verdict, startedAtMs);
      });
    } catch (error) {
      this.#options.layer.reportFault('application', error);
      socket.destroy();
    }
  }

  #hand(port: SessionSocket, verdict: Exclude<Verdict, Rejection>, startedAtMs: number): void {
    const { layer } = this.#options;
    if (verdict.kind === 'refuse') {
      layer.turnAway(port, verdict.cause, verdict.retryAfterMs);
      return;
    }
    try {
      layer.open({ ...verdict.request, socket: port, startedAtMs });
    } catch (error) {
      if (port.owner !== nobody) throw error;
      // `decide` let somebody in who cannot be a user: its client is told as one that is none.
      layer.reportFault('application', error);
      layer.turnAway(port, 'unauthorized');
    }
  }

  #reject(request: IncomingMessage, socket: Socket, rejection: Rejection): void {
    answer(socket, rejection);
    const { layer, onUnfinished } = this.#options;
    const failed = (error: unknown): void => layer.reportFault('application', error);
    try {
      const told = onUnfinished?.(request);
      if (isThenable(told)) told.then(undefined, failed);
    } catch (error) {
      failed(error);
    }
  }
}

/** Answers in HTTP and closes, unless the client is gone already. */
function answer(socket: Socket, { status, headers = {}, body }: Rejection): void {
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
