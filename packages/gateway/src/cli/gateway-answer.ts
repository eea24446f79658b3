import { STATUS_CODES } from 'node:http';
import { plainText } from './plain-text.ts';

/** An answer that is not the one hoped for. */
export interface BadAnswer {
  readonly base: string;
  readonly status: number;
  /** The JSON object that came with it, if one did. */
  readonly problem: Readonly<Record<string, unknown>> | undefined;
  /** Where the admin token was found. */
  readonly tokenFrom: string;
}

const LONGEST_DETAIL = 400;

/** What an answer of a gateway (or of something else at its address) means for the one who asked. */
export function describeAnswer({ base, status, problem, tokenFrom }: BadAnswer): string {
  const said = `${status} ${STATUS_CODES[status] ?? ''}`.trim();
  if (status === 401 || status === 403) {
    return (
      `Expected the gateway at ${base} to take the admin token from ${tokenFrom}, got ${said}. ` +
      'Give the one that gateway was started with: `--admin-token` or HOLDFAST_ADMIN_TOKEN.'
    );
  }
  const detail = problem?.['detail'];
  const code = problem?.['code'];
  if (typeof detail !== 'string' || typeof code !== 'string') {
    return `Expected a Holdfast gateway at ${base}, got an answer of another kind (${said}). Check \`--url\`.`;
  }
  return `The gateway at ${base} answered ${said} (${plainText(code, 40)}): ${plainText(detail, LONGEST_DETAIL)}`;
}

/** Why nothing answered at an address, from the error of the connection; `flag` is what names the address. */
export function describeNoAnswer(base: string, error: unknown, flag = '--url'): string {
  const expected = `Expected a gateway to answer at ${base}`;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `${expected}, got nothing for half a minute. It may be overloaded or stopped: look at its log.`;
  }
  switch (code) {
    case 'ECONNREFUSED':
      return (
        `${expected}, got no connection: nothing listens there. Is it running? ` +
        `\`npm start\` or \`holdfast serve --env development\` starts one; \`${flag}\` names another.`
      );
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `${expected}, got no address for that name (${code}). Check \`${flag}\` and the network.`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${expected}, got a connection that broke off. If it speaks TLS, \`${flag}\` begins with https.`;
    case 'EPROTO':
      return `${expected}, got no TLS. If it speaks none, \`${flag}\` begins with http.`;
    default:
      return `${expected}, got ${code === '' ? 'an error' : code}. Check \`${flag}\`.`;
  }
}
