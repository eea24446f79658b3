import { hmacKey, signHmac } from './hmac-signature.ts';
import { parseCompactToken } from './compact-token.ts';
import { readClaims } from './claims.ts';

/** What a minted token says. */
export interface MintOptions {
  readonly secret: string;
  readonly userId: string;
  /** Wall time in ms. */
  readonly nowMs: number;
  readonly ttlMs: number;
  readonly maxSessions?: number;
  readonly device?: string;
  readonly jti?: string;
  readonly issuer?: string;
  readonly audience?: string;
}

/** A token, or why none can be made. */
export type MintedToken =
  | { readonly ok: true; readonly token: string; readonly expiresAtMs: number }
  | { readonly ok: false; readonly detail: string };

/**
 * Mints an HS256 token that a gateway with the same secret accepts. `iat` has milliseconds: a
 * revocation reaches the tokens of 5 s after it, and not those of the second that follows. What the
 * gateway would refuse is not minted.
 */
export function mintToken(options: MintOptions): MintedToken {
  const { secret, userId, nowMs, ttlMs, maxSessions, device, jti, issuer, audience } = options;
  const expiresAtMs = nowMs + ttlMs;
  const payload = encode({
    sub: userId,
    iat: nowMs / 1000,
    exp: expiresAtMs / 1000,
    max_sessions: maxSessions,
    device,
    jti,
    iss: issuer,
    aud: audience,
  });
  const signedText = `${encode({ alg: 'HS256', typ: 'JWT' })}.${payload}`;
  const token = `${signedText}.${signHmac(signedText, hmacKey(secret)).toString('base64url')}`;
  const parsed = parseCompactToken(token);
  const claims = parsed.ok ? readClaims(parsed.token.payload, { allowUnexpiring: false }) : parsed;
  return claims.ok ? { ok: true, token, expiresAtMs } : { ok: false, detail: claims.detail };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');
}
