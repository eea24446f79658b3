import { parseCompactToken } from '../../../../packages/gateway/dist/server/auth/compact-token.js';
import { readClaims } from '../../../../packages/gateway/dist/server/auth/claims.js';
import {
  hasHmacSignature,
  hmacKey,
} from '../../../../packages/gateway/dist/server/auth/hmac-signature.js';

/** Whose token it is; null for none, a forged one, or one that has expired. */
export type ReadToken = (authorization: string | undefined) => string | null;

/** Reads the bearer tokens that are signed with a secret. */
export function tokenReader(secret: string): ReadToken {
  const key = hmacKey(secret);
  return (authorization = '') => {
    const parsed = parseCompactToken(authorization.replace(/^Bearer /i, ''));
    if (!parsed.ok || !hasHmacSignature(parsed.token, key)) return null;
    const read = readClaims(parsed.token.payload, { allowUnexpiring: false });
    if (!read.ok) return null;
    const { identity, expiresAtMs = Number.POSITIVE_INFINITY } = read.claims;
    return expiresAtMs <= Date.now() ? null : identity.userId;
  };
}
