import { type KeyObject, createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';
import type { CompactToken } from './compact-token.ts';

/** The key made of a secret's UTF-8 bytes. */
export function hmacKey(secret: string): KeyObject {
  return createSecretKey(secret, 'utf8');
}

/** HMAC-SHA-256 over the signed text of a token (RFC 7518, section 3.2). */
export function signHmac(signedText: string, key: KeyObject): Buffer {
  return createHmac('sha256', key).update(signedText).digest();
}

/** True when the token says HS256 and its signature is by this key. Takes the same time either way. */
export function hasHmacSignature(token: CompactToken, key: KeyObject): boolean {
  if (token.algorithm !== 'HS256') return false;
  const expected = signHmac(token.signedText, key);
  return (
    token.signature.byteLength === expected.byteLength && timingSafeEqual(token.signature, expected)
  );
}
