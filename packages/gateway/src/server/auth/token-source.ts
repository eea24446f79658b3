import { queryOfTarget } from '../connections/request-head.ts';
import { readBearer } from './admin.ts';

/** The sub-protocol the server speaks, and the only one it ever selects. */
const SUB_PROTOCOL: string = 'holdfast.v1';

const BEARER_PROTOCOL = 'holdfast.bearer.';

/** The parts of an upgrade request that may carry a token. */
export interface TokenCarriers {
  /** The request's target: path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
  /** The `Sec-WebSocket-Protocol` header; several lines are joined by commas. */
  readonly protocols: string | undefined;
}

/** The token of an upgrade request, or why the request is malformed (answer 400). */
export type FoundToken =
  | {
      readonly ok: true;
      /** Undefined when the request has none. Nothing about it is verified. */
      readonly token: string | undefined;
      /** The sub-protocol to select: `holdfast.v1` when offered. */
      readonly protocol: string | undefined;
    }
  | { readonly ok: false; readonly detail: string };

/**
 * Finds the token: `Authorization: Bearer`, or a sub-protocol `holdfast.bearer.JWT` offered beside
 * `holdfast.v1`, or `?token=`. More than one of them is refused rather than ranked, since parts of a
 * system that rank differently would see different users. A detail repeats nothing of the request.
 */
export function findToken({ url, authorization, protocols }: TokenCarriers): FoundToken {
  const offered = protocols === undefined ? [] : parseProtocols(protocols);
  if (offered === undefined) {
    return malformed('Sec-WebSocket-Protocol to be a list of different names with commas between');
  }
  const protocol = offered.includes(SUB_PROTOCOL) ? SUB_PROTOCOL : undefined;
  const bearers = offered.filter((name) => name.startsWith(BEARER_PROTOCOL));
  if (bearers.length > 0 && protocol === undefined) {
    return malformed(`\`${BEARER_PROTOCOL}…\` to be offered beside \`${SUB_PROTOCOL}\``);
  }
  const header = readBearer(authorization);
  const tokens = [
    ...(header === undefined ? [] : [header]),
    ...bearers.map((name) => name.slice(BEARER_PROTOCOL.length)),
    ...new URLSearchParams(queryOfTarget(url)).getAll('token'),
  ];
  if (tokens.length > 1) {
    return malformed('one token, in the Authorization header, a sub-protocol or the query');
  }
  return { ok: true, token: tokens[0], protocol };
}

/** A list of tokens as in RFC 9110, section 5.6; undefined when it is none or names one twice. */
function parseProtocols(header: string): string[] | undefined {
  const names = header.split(',').map((name) => name.trim());
  const areNames = names.every((name) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(name));
  return areNames && new Set(names).size === names.length ? names : undefined;
}

function malformed(expected: string): FoundToken {
  return { ok: false, detail: `Expected ${expected}.` };
}
