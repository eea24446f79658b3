import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { urlToHttpOptions } from 'node:url';
import { shown } from '../server/config/config-error.ts';
import { findAdminToken } from './admin-token.ts';
import { failed, wrongUsage } from './command-failure.ts';
import { findGiven, type GivenSetting } from './given.ts';
import { describeAnswer, describeNoAnswer } from './gateway-answer.ts';
import type { Terminal } from './terminal.ts';

/** What every command that talks to a gateway can be given. */
export interface ClientFlags {
  readonly url?: string;
  readonly adminToken?: string;
  readonly json?: boolean;
}

/** A request of the HTTP API. */
export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  /** From `/api/` on, encoded, with its query. */
  readonly path: string;
  readonly body?: object;
}

const USUAL_URL = 'http://127.0.0.1:8080';
/** Reaping all users of a large gateway takes seconds; a gateway that says nothing for this long is stuck. */
const PATIENCE_MS = 30_000;

/**
 * Asks the gateway these flags name and answers the JSON object it sent.
 *
 * @throws CommandFailure with a sentence for the terminal: no gateway there, token refused, …
 */
export async function askGateway(
  flags: ClientFlags,
  request: ApiRequest,
  terminal: Terminal,
): Promise<Readonly<Record<string, unknown>>> {
  const base = readUrl(flags, terminal);
  const token = findAdminToken(flags.adminToken, terminal);
  const { status, text } = await send(base, request, token.value);
  if (status >= 200 && status < 300) {
    const body = parseObject(text);
    if (body !== undefined) return body;
  }
  throw failed(describeAnswer({ base, status, problem: parseObject(text), tokenFrom: token.from }));
}

async function send(
  base: string,
  { method, path, body }: ApiRequest,
  token: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const url = new URL(base);
  const { request } =
    url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    // Not `fetch`: that refuses some ports, and rewrites paths that look relative.
    const outgoing = request({
      ...urlToHttpOptions(url),
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      signal,
    });
    outgoing.end(body === undefined ? '' : JSON.stringify(body));
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: response.statusCode ?? 0, text: await readText(response) };
  } catch (error) {
    throw failed(describeNoAnswer(base, signal.aborted ? signal.reason : error), error);
  }
}

/** The address without a slash at its end; a gateway may stand below a path of a proxy. */
function readUrl(flags: ClientFlags, terminal: Terminal): string {
  return readAddress(
    findGiven('url', flags.url, terminal) ?? { value: USUAL_URL, from: '`--url`' },
  );
}

/** The address that was given, without a slash at its end. @throws CommandFailure where it is none of http or https */
export function readAddress(given: GivenSetting): string {
  const url = URL.canParse(given.value) ? new URL(given.value) : undefined;
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:';
  if (url === undefined || !isHttp) {
    throw wrongUsage(
      `Expected ${given.from} to be the http or https address of a gateway, such as ${USUAL_URL}, got ${shown(given.value)}.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw wrongUsage(
      `Expected ${given.from} to be an address without user name and password, got one with. \`--admin-token\` is what the gateway asks for.`,
    );
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Readonly<Record<string, unknown>>) : undefined;
  } catch {
    // Whatever answers there speaks no JSON: an outcome, told by the caller.
    return undefined;
  }
}
