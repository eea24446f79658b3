import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Whether a request may use the HTTP API. */
type AdminVerdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: 'missing' | 'wrong' };

/** Judges an `Authorization` header. */
export type AdminCheck = (authorization: string | undefined) => AdminVerdict;

/**
 * Makes the check for `Authorization: Bearer ADMIN`. Both sides are hashed under a key of this
 * process and the hashes compared in constant time, so that neither the content nor the length of
 * the token can be found by timing.
 */
export function createAdminCheck(adminToken: string): AdminCheck {
  const key = randomBytes(32);
  const digest = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  const expected = digest(adminToken);
  return (authorization) => {
    const token = readBearer(authorization);
    if (token === undefined) return { ok: false, reason: 'missing' };
    return timingSafeEqual(digest(token), expected) ? { ok: true } : { ok: false, reason: 'wrong' };
  };
}

/** The token of an `Authorization: Bearer` header; undefined for another scheme, or none. */
export function readBearer(authorization: string | undefined): string | undefined {
  const header = authorization?.trim() ?? '';
  if (!/^bearer /i.test(header)) return undefined;
  return header.slice('bearer '.length).trim();
}
