import { createHmac } from 'node:crypto';

/** Secret of the tokens in these tests. */
export const SECRET: string = 'canary-secret-0123456789-0123456789';

/** Base64url of JSON, or of text as it is. */
export function encode(part: unknown): string {
  const text = typeof part === 'string' ? part : JSON.stringify(part);
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Any header over any payload, signed with HMAC-SHA-256 whatever the header says. */
export function sign(payload: unknown, header: unknown = { alg: 'HS256', typ: 'JWT' }): string {
  const signedText = `${encode(header)}.${encode(payload)}`;
  return `${signedText}.${createHmac('sha256', SECRET).update(signedText).digest('base64url')}`;
}
