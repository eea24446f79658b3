import { decodeBase64url } from './base64url.ts';
import { type Refusal, refuseToken } from './verdict.ts';

/** Longest token looked at, in characters: more than any header line should hold. */
const LARGEST_TOKEN_CHARACTERS: number = 8192;

/** A token taken apart. Nothing in it is verified. */
export interface CompactToken {
  readonly algorithm: string;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** What the signature is over. */
  readonly signedText: string;
}

/** A token taken apart, or why it is none. */
export type ParsedToken = { readonly ok: true; readonly token: CompactToken } | Refusal;

const TYPES: ReadonlySet<string> = new Set(['jwt', 'at+jwt']);
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Takes a JWT in compact form apart (RFC 7515): three parts of strict base64url, a header with a
 * type this gateway is meant for and without extensions (`crit`) it does not know.
 */
export function parseCompactToken(text: string): ParsedToken {
  if (text.length > LARGEST_TOKEN_CHARACTERS) {
    return malformed(`at most ${LARGEST_TOKEN_CHARACTERS} characters long`);
  }
  const parts = text.split('.', 4);
  const [headerBytes, payload, signature] = parts.map(decodeBase64url);
  if (parts.length !== 3 || !headerBytes || !payload || !signature) {
    return malformed('three parts of base64url with dots between');
  }
  const header = parseJsonObject(headerBytes);
  if (typeof header?.['alg'] !== 'string') return malformed('one whose header names its algorithm');
  if (!hasKnownType(header)) return malformed('of type JWT or at+jwt, where it says so');
  if (Object.hasOwn(header, 'crit')) return malformed('without critical extensions');
  return {
    ok: true,
    token: {
      algorithm: header['alg'],
      payload,
      signature,
      signedText: text.slice(0, text.lastIndexOf('.')),
    },
  };
}

/** A JSON object in UTF-8; undefined for anything else. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(utf8.decode(bytes));
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Not UTF-8 or not JSON: the message would repeat a piece of the token.
    return undefined;
  }
}

/** A token made for another purpose (RFC 8725, section 3.11) says so in its type. */
function hasKnownType(header: Record<string, unknown>): boolean {
  const type = header['typ'];
  if (type === undefined) return true;
  return typeof type === 'string' && TYPES.has(type.toLowerCase().replace(/^application\//, ''));
}

function malformed(expected: string): Refusal {
  return refuseToken('malformed', `Expected the token to be ${expected}.`);
}
