import type { BackoffPolicy } from '../core/backoff.ts';
import { UsageError } from '../core/usage-error.ts';
import type { LimitReached } from './client-events.ts';
import type { OutboxBounds } from './outbox.ts';
import type { PositionStorage } from './position.ts';
import type { TokenOption } from './token-source.ts';
import type { WebSocketClass } from './web-socket-class.ts';

/** What a client is made of. */
export interface ClientOptions {
  /** Of the gateway, as `wss://example.org/ws`; in a page also relative to it. */
  readonly url: string;
  /** A JWT, or a function that gives one; absent where something else says who the user is, such as a cookie. */
  readonly token?: TokenOption;
  /** Keeps the position over a reload. Nothing but memory unless given: pass `sessionStorage`. */
  readonly storage?: PositionStorage;
  /** Under which name it is kept there. Default: `holdfast:` and the address. */
  readonly storageKey?: string;
  /** Shares one session among all tabs of a browser. The code for it is loaded with the first attempt. Default: false. */
  readonly shareTabs?: boolean;
  /** The class to connect with, where the runtime has none (Node 20): that of the package `ws`. */
  readonly WebSocket?: WebSocketClass;
  /** Chooses the session to take over when all slots of the user are in use; null leaves. */
  readonly onLimit?: (reached: LimitReached) => string | null | PromiseLike<string | null>;
  /** Ceiling of the first delay between two attempts, and of all. Default: 500 ms and 30 s. */
  readonly backoff?: Partial<BackoffPolicy>;
  /** How long an attempt may take until it is given up. Default: 15 s. */
  readonly connectTimeoutMs?: number;
  /** Bounds of the messages without an answer. Default: 256 messages, 1 MB; 60 kB each. */
  readonly outbox?: Partial<OutboxBounds>;
}

/** The options with their defaults. */
export interface ClientSettings extends ClientOptions {
  readonly address: URL;
  readonly storageKey: string;
  readonly WebSocket: WebSocketClass;
  readonly backoff: BackoffPolicy;
  readonly connectTimeoutMs: number;
  readonly outbox: OutboxBounds;
}

const defaultBackoff: BackoffPolicy = { firstMs: 500, maxMs: 30_000 };
const defaultOutbox: OutboxBounds = {
  maxMessages: 256,
  maxBytes: 1_000_000,
  maxMessageBytes: 60_000,
};

/** @throws UsageError `bad-option` */
export function resolveClientOptions(options: ClientOptions): ClientSettings {
  const { WebSocket = (globalThis as { WebSocket?: WebSocketClass }).WebSocket } = options;
  if (WebSocket === undefined)
    throw bad('WebSocket', 'the class of the package `ws` where the runtime has none');
  const { connectTimeoutMs = 15_000 } = options;
  const backoff = { ...defaultBackoff, ...options.backoff };
  const outbox = { ...defaultOutbox, ...options.outbox };
  const numbers = { connectTimeoutMs, ...backoff, ...outbox };
  for (const [name, value] of Object.entries(numbers))
    if (!(value > 0)) throw bad(name, `a number above 0, got ${String(value)}`);
  const address = addressOf(options.url);
  return {
    ...options,
    address,
    storageKey: options.storageKey ?? `holdfast:${address.href}`,
    WebSocket,
    connectTimeoutMs,
    backoff,
    outbox,
  };
}

function addressOf(text: string): URL {
  const { location } = globalThis as { location?: { readonly href: string } };
  if (!URL.canParse(text, location?.href)) throw badUrl();
  const url = new URL(text, location?.href);
  url.protocol = url.protocol.replace('http', 'ws');
  if (!/^wss?:$/.test(url.protocol)) throw badUrl();
  url.hash = '';
  return url;
}

/** The address is not told: it may hold a token. */
function badUrl(): UsageError {
  return bad('url', 'the address of a gateway, as wss://example.org/ws');
}

function bad(name: string, expected: string): UsageError {
  return new UsageError('bad-option', `Expected \`${name}\` to be ${expected}.`, [name]);
}
