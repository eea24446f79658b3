/** The sub-protocol a client offers and the server selects. */
export const subprotocol = 'holdfast.v1';

/**
 * How a session came to its position.
 * - `new`: it brought none
 * - `lossless`: nothing was published since the position it brought
 * - `replayed`: so many events follow that were
 * - `gap`: something is gone, for this reason; what is left follows. `from` and `to` where the places are known
 */
export type ResumeVerdict =
  | { readonly outcome: 'new' | 'lossless' }
  | { readonly outcome: 'replayed'; readonly replayed: number }
  | {
      readonly outcome: 'gap';
      readonly reason: GapReason;
      readonly from?: number;
      readonly to?: number;
    };

/** First frame of every session: the next event comes after `offset` of `epoch`. */
export interface ReadyFrame {
  readonly type: 'ready';
  readonly session: string;
  readonly user: string;
  /** Brought back as `resume`, it lets the next connection take this session's place. */
  readonly ticket: string;
  readonly epoch: string;
  readonly offset: number;
  readonly resume: ResumeVerdict;
  readonly limit: number;
  readonly sessions: number;
  readonly pingInterval: number;
  readonly resumeWindow: number;
}

/**
 * Why something is gone: pushed out of the log by newer events, aged out while the user was away, of another record (the
 * server was started anew), or a broadcast to those who were there.
 */
export type GapReason = 'overflow' | 'expired' | 'epoch' | 'broadcast';

/** Something is gone; positions continue after `offset` of `epoch`. */
export interface GapFrame {
  readonly type: 'gap';
  readonly reason: GapReason;
  readonly epoch: string;
  readonly offset: number;
  readonly from?: number;
  readonly to?: number;
}

/** The answer to a frame that cannot be served; the session goes on. */
export interface ErrorFrame {
  readonly type: 'error';
  readonly code: string;
  readonly message: string;
  readonly id?: string;
}

/** A message taken, once per `id`. */
export interface AcceptedFrame {
  readonly type: 'accepted';
  readonly id: string;
}

/** The server is going away: it closes the connection soon, and wants this client back at that instant. */
export interface DrainFrame {
  readonly type: 'drain';
  readonly reconnectInMs: number;
  /** Of this session, as in `ready`. */
  readonly ticket: string;
}

/** A newer token is in force. */
export interface RefreshedFrame {
  readonly type: 'refreshed';
  /** When it expires, ms since 1970; absent for one that never does. */
  readonly expiresAt?: number;
}

/** One session of the user, as a newcomer at the limit is told of it. */
export interface ListedSession {
  readonly session: string;
  readonly device: string | null;
  /** Milliseconds since 1970. */
  readonly openedAt: number;
  /** Milliseconds since a frame of its client last arrived, or since it was opened. */
  readonly lastSeenMs: number;
}

/** The question put to a newcomer at the limit: which of these is to end for it? Answered by `takeover`, before `ready`. */
export interface LimitFrame {
  readonly type: 'limit';
  readonly limit: number;
  /** All sessions of the user, oldest first. */
  readonly sessions: readonly ListedSession[];
  /** How long an answer is waited for, milliseconds. */
  readonly expiresIn: number;
}

/** Frames the server writes, events apart: those are spliced, never built as objects. */
export type ServerFrame =
  | ReadyFrame
  | GapFrame
  | ErrorFrame
  | AcceptedFrame
  | DrainFrame
  | RefreshedFrame
  | LimitFrame
  | { readonly type: 'pong' };

/** A newer token of the same user. */
interface RefreshFrame {
  readonly type: 'refresh';
  /** @minLength 1 @maxLength 8192 */
  readonly token: string;
}

/** Something for the application. */
interface MessageFrame {
  readonly type: 'message';
  /** @default null */
  readonly data: unknown;
  /** @minLength 1 @maxLength 128 */
  readonly id?: string;
}

/** Frames a client may send. */
export type ClientFrame =
  | { readonly type: 'ack'; readonly offset: number }
  | MessageFrame
  | RefreshFrame
  | { readonly type: 'ping' }
  | { readonly type: 'takeover'; readonly session: string };

/** What came of reading a client's frame: the frame, a polite refusal, or a breach that ends the session. */
export type ParsedFrame =
  | { readonly ok: true; readonly frame: ClientFrame }
  | { readonly ok: false; readonly breach: boolean; readonly message: string };

/** Reads a frame of a client. Hand-written guards; unknown fields are ignored, an unknown type is a polite refusal. */
export function parseClientFrame(text: string): ParsedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return breach(`Expected a frame of JSON text, got something else (${placeOf(error)}).`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return breach('Expected a frame to be one JSON object.');
  }
  const fields = value as Readonly<Record<string, unknown>>;
  switch (Object.hasOwn(fields, 'type') ? fields['type'] : undefined) {
    case 'ack':
      return parseAck(fields);
    case 'message':
      return parseMessage(fields);
    case 'ping':
      return { ok: true, frame: { type: 'ping' } };
    case 'refresh':
      return parseRefresh(fields);
    case 'takeover':
      return parseTakeover(fields);
    default:
      return {
        ok: false,
        breach: false,
        message: 'Expected `type` to be ack, message, ping, refresh or takeover.',
      };
  }
}

/** The text of a server frame. */
export function encodeFrame(frame: ServerFrame): string {
  return frame.type === 'ready' ? encodeReady(frame) : JSON.stringify(frame);
}

/** Everybody who connects gets one: spliced, this takes a quarter of the time. Only what comes from outside needs escaping. */
function encodeReady(frame: ReadyFrame): string {
  const { session, user, ticket, epoch, offset, resume, limit, sessions } = frame;
  const who = `"session":"${session}","user":${JSON.stringify(user)},"ticket":"${ticket}"`;
  const where = `"epoch":"${epoch}","offset":${offset},"resume":${encodeVerdict(resume)}`;
  const terms = `"pingInterval":${frame.pingInterval},"resumeWindow":${frame.resumeWindow}`;
  return `{"type":"ready",${who},${where},"limit":${limit},"sessions":${sessions},${terms}}`;
}

function encodeVerdict(verdict: ResumeVerdict): string {
  return verdict.outcome === 'new' ? '{"outcome":"new"}' : JSON.stringify(verdict);
}

/** The longest id of a message, in characters of Unicode. */
export const maxMessageIdLength = 128;

/** The longest token, in characters: more than a request to connect could carry. */
export const maxTokenLength = 8192;

function parseAck(fields: Readonly<Record<string, unknown>>): ParsedFrame {
  const offset = fields['offset'];
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset) || offset < 0) {
    return breach('Expected `offset` of ack to be a whole number from 0.');
  }
  return { ok: true, frame: { type: 'ack', offset } };
}

function parseMessage(fields: Readonly<Record<string, unknown>>): ParsedFrame {
  const data = fields['data'] ?? null;
  const id = fields['id'];
  if (id === undefined) return { ok: true, frame: { type: 'message', data } };
  if (typeof id !== 'string' || id === '' || isLongerThan(id, maxMessageIdLength)) {
    return breach(
      `Expected \`id\` of message to be a text of 1 to ${maxMessageIdLength} characters.`,
    );
  }
  return { ok: true, frame: { type: 'message', data, id } };
}

/** Counts as JSON Schema and most languages do: a character beyond the first 65,536 takes two places here, and is one. */
function isLongerThan(text: string, characters: number): boolean {
  if (text.length <= characters) return false;
  return text.length > 2 * characters || Array.from(text).length > characters;
}

function parseRefresh(fields: Readonly<Record<string, unknown>>): ParsedFrame {
  const token = fields['token'];
  if (typeof token !== 'string' || token === '' || isLongerThan(token, maxTokenLength)) {
    return breach(
      `Expected \`token\` of refresh to be a text of 1 to ${maxTokenLength} characters.`,
    );
  }
  return { ok: true, frame: { type: 'refresh', token } };
}

function parseTakeover(fields: Readonly<Record<string, unknown>>): ParsedFrame {
  const session = fields['session'];
  if (typeof session !== 'string')
    return breach('Expected `session` of takeover to be the id of a session.');
  return { ok: true, frame: { type: 'takeover', session } };
}

function breach(message: string): ParsedFrame {
  return { ok: false, breach: true, message };
}

/** Where the parser stopped, without the text it stopped at. */
function placeOf(error: unknown): string {
  const found = error instanceof Error ? /position \d+/.exec(error.message) : null;
  return found?.[0] ?? 'not JSON';
}
