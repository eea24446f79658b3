import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import { mintToken } from '../../../src/server/auth/mint.ts';
import { resolveConfig } from '../../../src/server/config/resolve.ts';
import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import { type Gateway, startGateway } from '../../../src/server/gateway.ts';
import type { LogDestination } from '../../../src/server/log/gateway-log.ts';

export const authSecret = 'canary-secret-of-the-tests-0123456789';
export const adminToken = 'canary-admin-token-0123456789';

/** Settings as `resolveConfig` settles them, on a free port. */
export function configOf(settings: Partial<ServeConfig> = {}): ServeConfig {
  const { config } = resolveConfig({
    flags: { env: 'test', port: '0', authSecret, adminToken },
    env: {},
    readFile: () => '',
    makeSecrets: () => ({ authSecret, adminToken }),
  });
  return { ...config, handshakeRate: { perSecond: 1000, burst: 1000 }, ...settings };
}

export interface House extends Gateway {
  /** Every line of the log so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly logText: () => string;
}

const running: Gateway[] = [];

/** Starts a gateway that `stopAll` stops. */
export async function startHouse(settings: Partial<ServeConfig> = {}): Promise<House> {
  const texts: string[] = [];
  const lines: Record<string, unknown>[] = [];
  const logDestination: LogDestination = {
    write: (line) => {
      texts.push(line);
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  };
  const config = configOf({ drainTimeoutMs: 2000, ...settings });
  const gateway = await startGateway({ config, logDestination });
  running.push(gateway);
  return { ...gateway, lines, logText: () => texts.join('') };
}

export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
}

export interface TokenClaims {
  readonly maxSessions?: number;
  readonly device?: string;
  readonly jti?: string;
  readonly ttlMs?: number;
}

export function tokenFor(userId: string, { ttlMs = 60_000, ...claims }: TokenClaims = {}): string {
  const minted = mintToken({ secret: authSecret, userId, nowMs: Date.now(), ttlMs, ...claims });
  if (!minted.ok) throw new Error(minted.detail);
  return minted.token;
}

export interface Frame {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A client as applications write it: answers pings, keeps what it hears. */
export class Client {
  readonly ws: WebSocket;
  readonly frames: Frame[] = [];
  readonly closed: Promise<{ code: number; reason: string }>;
  /** Ms from the start to the first frame. */
  readyMs = Number.NaN;

  constructor(
    gateway: Pick<Gateway, 'wsUrl'>,
    token: string | null,
    options: WebSocket.ClientOptions = {},
  ) {
    const startedAt = performance.now();
    const headers = token === null ? {} : { authorization: `Bearer ${token}` };
    this.ws = new WebSocket(gateway.wsUrl, ['holdfast.v1'], {
      ...options,
      headers: { ...headers, ...options.headers },
    });
    this.ws.on('message', (data: Buffer) => {
      if (this.frames.length === 0) this.readyMs = performance.now() - startedAt;
      this.frames.push(JSON.parse(data.toString()) as Frame);
    });
    this.ws.on('error', () => {});
    this.closed = new Promise((resolve) => {
      this.ws.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
  }

  /** The first frame of this type, once it is there. */
  async frame(type: string): Promise<Frame> {
    for (;;) {
      const found = this.frames.find((frame) => frame.type === type);
      if (found !== undefined) return found;
      await once(this.ws, 'message');
    }
  }

  ready(): Promise<Frame> {
    return this.frame('ready');
  }
}

/** A client that is refused or closed: with which code, which reason. */
export async function closeOf(
  client: Client,
): Promise<{ code: number; r?: string; retryMs?: number }> {
  const { code, reason } = await client.closed;
  return { code, ...(reason === '' ? {} : (JSON.parse(reason) as { r: string })) };
}

type Address = Pick<Gateway, 'host' | 'port'>;

/** Writes bytes to the port and gathers what comes back until the connection ends, or time is over. */
export async function sendRaw(
  gateway: Address,
  bytes: string | Buffer,
  waitMs = 1500,
): Promise<string> {
  const socket = await connectRaw(gateway);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.write(bytes);
  await Promise.race([
    once(socket, 'close'),
    new Promise((resolve) => setTimeout(resolve, waitMs)),
  ]);
  socket.destroy();
  return answer;
}

export async function connectRaw({ host, port }: Address): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** The request line and headers of a good upgrade. */
export function upgradeText(gateway: Address, token: string, extra = ''): string {
  return (
    `GET /ws HTTP/1.1\r\nHost: ${gateway.host}:${gateway.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
    `Authorization: Bearer ${token}\r\n${extra}\r\n`
  );
}

/** A connected client that reads nothing on its own: it never answers a ping. */
export async function connectFrozen(gateway: Address, token: string): Promise<Socket> {
  const socket = await connectRaw(gateway);
  socket.write(upgradeText(gateway, token));
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  if (!chunk.toString('latin1').includes(' 101 ')) throw new Error(chunk.toString('latin1'));
  return socket;
}

export interface ApiAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly headers: Headers;
}

/** Calls the HTTP API with the admin token. */
export async function callApi(
  gateway: Pick<Gateway, 'url'>,
  method: string,
  path: string,
  body?: unknown,
): Promise<ApiAnswer> {
  const response = await fetch(`${gateway.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${adminToken}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = (response.headers.get('content-type') ?? '').includes('json');
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : { text }) as ApiAnswer['body'],
  };
}

/** Waits until this holds. */
export async function until(isSo: () => boolean, ms = 3000): Promise<void> {
  const endsAt = performance.now() + ms;
  while (!isSo()) {
    if (performance.now() > endsAt) throw new Error('It did not come to pass in time.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
