/** What an upgrade request says about the page it comes from and the place it goes to. */
interface OriginEvidence {
  /** The `Origin` header; undefined when there is none (not a browser). */
  readonly origin: string | undefined;
  /** The `Host` header. */
  readonly host: string | undefined;
  /** The scheme the client used: see `ProxyTrust.clientScheme`. */
  readonly scheme: 'http' | 'https';
}

/** True when a request with this evidence may connect. */
export type OriginCheck = (evidence: OriginEvidence) => boolean;

/**
 * Makes the check for `--allowed-origins`: `*` lets every page in, a list those on it, an empty list
 * pages of the same origin (scheme, host and port). A request without `Origin` is allowed, since no
 * browser sends one; the opaque origin `null` only passes with `*`.
 *
 * @param allowed `['*']`, or origins as `normalizeOrigin` writes them.
 */
export function createOriginCheck(allowed: readonly string[]): OriginCheck {
  if (allowed.includes('*')) return () => true;
  const listed = new Set(allowed);
  return ({ origin, host, scheme }) => {
    if (origin === undefined) return true;
    const from = normalizeOrigin(origin);
    if (from === undefined) return false;
    if (listed.size > 0) return listed.has(from);
    return host !== undefined && from === normalizeOrigin(`${scheme}://${host}`);
  };
}

/**
 * An origin in one spelling: lower case, without the default port of its scheme. Undefined for
 * `null`, for anything with a path, a query or a user name, and for what is no URL.
 */
export function normalizeOrigin(text: string): string | undefined {
  // The URL parser drops white space inside, and repairs backslashes and missing slashes.
  if (!/^[a-z][a-z0-9+.-]*:\/\/[^\s/\\?#@*,]+\/?$/i.test(text)) return undefined;
  if (!URL.canParse(text)) return undefined;
  const { protocol, host } = new URL(text);
  return host === '' ? undefined : `${protocol}//${host.toLowerCase()}`;
}
