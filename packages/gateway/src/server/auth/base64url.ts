const ALPHABET = /^[A-Za-z0-9_-]*$/;

/**
 * Decodes strict base64url (RFC 7515, section 2): no padding, no white space, no stray bits at the
 * end, so that one value has one spelling. Undefined for anything else.
 */
export function decodeBase64url(text: string): Buffer | undefined {
  if (!ALPHABET.test(text)) return undefined;
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}
