import { STATUS_CODES } from 'node:http';

/** An error of the HTTP API in the form of RFC 9457, with a `code` for programs. */
export interface Problem {
  /** `urn:holdfast:problem:` and the code: names the kind of problem, leads nowhere. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
}

/** Header names and values, one line each. */
export type ProblemHeaders = Readonly<Record<string, string>>;

const CONTENT_TYPE = 'application/problem+json';

/**
 * Makes a problem. `detail` says what was expected and what to do; it must repeat nothing of the
 * request's body, token or user.
 */
export function createProblem(status: number, code: string, detail: string): Problem {
  const title = STATUS_CODES[status] ?? 'Error';
  return { type: `urn:holdfast:problem:${code}`, title, status, detail, code };
}

/** The problem as an answer of the HTTP API. It is never cached. */
export function problemResponse(problem: Problem, headers: ProblemHeaders = {}): Response {
  return new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { ...headers, 'content-type': CONTENT_TYPE, 'cache-control': 'no-store' },
  });
}

/**
 * The problem as the text of a whole HTTP/1.1 answer that ends the connection: what a refused
 * upgrade gets, where there is only the raw socket.
 */
export function problemHttpText(problem: Problem, headers: ProblemHeaders = {}): string {
  const body = JSON.stringify(problem);
  const all = {
    ...headers,
    'content-type': CONTENT_TYPE,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    connection: 'close',
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('')}\r\n${body}`;
}
