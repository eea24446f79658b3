import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';
import { mintToken } from '../../server/auth/mint.ts';
import type { Arrival, ClientEnd, Dialer, DialRequest, Entrance } from '../dialer.ts';
import { WireClient } from './wire-client.ts';

/** What reaches a target that speaks the protocol of PROTOCOL.md. */
export interface WireSettings {
  /** `http://…` or `https://…`, without a slash at its end. */
  readonly url: string;
  /** The secret its tokens are signed with. */
  readonly authSecret: string;
  readonly authIssuer?: string;
  readonly authAudience?: string;
}

const patienceMs = 15_000;
const usualTtlMs = 3_600_000;

/** Connects clients with `ws`, over loopback or to anywhere else. */
export class WireDialer implements Dialer {
  readonly #settings: WireSettings;
  readonly entranceFor?: (request: DialRequest) => Entrance;

  constructor(settings: WireSettings) {
    this.#settings = settings;
    if (settings.url.startsWith('http:')) this.entranceFor = (request) => this.#enter(request);
  }

  async dial(request: DialRequest): Promise<Arrival> {
    const startedAt = performance.now();
    const socket = this.#open(request);
    const client = new WireClient(socket, request);
    const decided = new Promise<ClientEnd | null>((resolve) => {
      client.whenDecided(resolve);
      socket.once('unexpected-response', (outgoing, response) => {
        outgoing.destroy();
        resolve(readRefusal(response));
      });
    });
    const overtime = AbortSignal.timeout(patienceMs);
    const end = await Promise.race([decided, once(overtime, 'abort').then(() => 'none' as const)]);
    const tookMs = performance.now() - startedAt;
    if (end === null) return { isOpen: true, client, tookMs };
    if (end !== 'none') return { isOpen: false, end, tookMs };
    socket.terminate();
    throw new Error(`Expected an answer to a connect within ${patienceMs} ms, got none.`);
  }

  #open(request: DialRequest): WebSocket {
    const { throughPort: port } = request;
    return new WebSocket(this.#urlFor(request), 'holdfast.v1', {
      headers: { authorization: `Bearer ${this.#tokenFor(request)}` },
      perMessageDeflate: false,
      ...(port === undefined ? {} : { createConnection: () => this.#connectThrough(port) }),
    });
  }

  #enter(request: DialRequest): Entrance {
    const { pathname, search } = new URL(this.#urlFor(request));
    const token = this.#tokenFor(request);
    const headers = {
      authorization: `Bearer ${token}`,
      'Sec-WebSocket-Protocol': 'holdfast.v1',
    };
    return { path: `${pathname}${search}`, headers, token };
  }

  #connectThrough(port: number): Socket {
    const { protocol, hostname } = new URL(this.#settings.url);
    return protocol === 'https:' ? connectTls({ port, servername: hostname }) : connectTcp(port);
  }

  #urlFor({ resume }: DialRequest): string {
    const url = new URL(`${this.#settings.url.replace(/^http/, 'ws')}/ws`);
    if (resume?.ticket !== undefined) url.searchParams.set('resume', resume.ticket);
    if (resume !== undefined) {
      url.searchParams.set('epoch', resume.epoch);
      url.searchParams.set('offset', String(resume.offset));
    }
    return url.href;
  }

  #tokenFor({ user, device, tokenTtlMs = usualTtlMs, tokenId }: DialRequest): string {
    const { authSecret, authIssuer, authAudience } = this.#settings;
    const minted = mintToken({
      secret: authSecret,
      userId: user,
      nowMs: Date.now(),
      ttlMs: tokenTtlMs,
      ...(device === undefined ? {} : { device }),
      ...(tokenId === undefined ? {} : { jti: tokenId }),
      ...(authIssuer === undefined ? {} : { issuer: authIssuer }),
      ...(authAudience === undefined ? {} : { audience: authAudience }),
    });
    if (!minted.ok) throw new Error(minted.detail);
    return minted.token;
  }
}

/** A refusal before the upgrade, as the end it is. */
function readRefusal({ statusCode = 0, headers }: IncomingMessage): ClientEnd {
  const seconds = Number(headers['retry-after']);
  const retryMs = Number.isFinite(seconds) ? seconds * 1_000 : null;
  return { code: statusCode, reason: `HTTP ${statusCode}`, retryMs };
}

/** Makes the dialer again in another process. */
export function makeDialer(settings: WireSettings): Dialer {
  return new WireDialer(settings);
}
