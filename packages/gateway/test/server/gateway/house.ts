import { mintToken } from '../../../src/server/auth/mint.ts';
import { resolveConfig } from '../../../src/server/config/resolve.ts';
import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import { type Gateway, startGateway } from '../../../src/server/gateway.ts';
import type { LogDestination } from '../../../src/server/log/gateway-log.ts';

/** What the tokens of the tests are signed with; both secrets are easy to find in a log. */
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

/** A gateway in this process, and what it has logged. */
export interface House extends Gateway {
  /** Every line of the log so far. */
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  /** The same lines as they were written. */
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

/** Stops every gateway that `startHouse` has started. */
export async function stopAll(): Promise<void> {
  await Promise.all(running.splice(0).map((gateway) => gateway.stop()));
}

/** What a token says beside its user. */
export interface TokenClaims {
  readonly maxSessions?: number;
  readonly device?: string;
  readonly jti?: string;
  readonly ttlMs?: number;
  /** How far the clock of the issuer is ahead. */
  readonly aheadMs?: number;
}

/** A token of this user, good for a minute unless told otherwise. */
export function tokenFor(userId: string, claims: TokenClaims = {}): string {
  const { ttlMs = 60_000, aheadMs = 0, ...others } = claims;
  const nowMs = Date.now() + aheadMs;
  const minted = mintToken({ secret: authSecret, userId, nowMs, ttlMs, ...others });
  if (!minted.ok) throw new Error(minted.detail);
  return minted.token;
}

/** What the HTTP API answered; a body that is no JSON stands under `text`. */
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
