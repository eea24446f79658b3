/** What a secret is written with that is given as base64. Source: the Standard Webhooks specification. */
const PREFIX = 'whsec_';
/** Bounds of the specification, in bytes. */
const FEWEST_BYTES = 24;
const MOST_BYTES = 64;
/** A secret that is given as text: as long as the hash, below which HMAC-SHA-256 is weaker than it (RFC 2104 section 3). */
const FEWEST_TEXT_BYTES = 32;

/** The key of a secret, or what was expected in its place; that repeats nothing of it. */
export type WebhookKey =
  | { readonly ok: true; readonly key: Buffer }
  | { readonly ok: false; readonly expected: string };

/** Reads a secret: `whsec_` and base64, as the libraries of Standard Webhooks take it, or any other text as it is. */
export function readWebhookSecret(secret: string): WebhookKey {
  if (!secret.startsWith(PREFIX)) {
    const key = Buffer.from(secret, 'utf8');
    return key.length >= FEWEST_TEXT_BYTES
      ? { ok: true, key }
      : wrong(`at least ${FEWEST_TEXT_BYTES} bytes in UTF-8, got ${key.length}`);
  }
  const text = secret.slice(PREFIX.length);
  const key = Buffer.from(text, 'base64');
  if (key.toString('base64').replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    return wrong(`base64 after \`${PREFIX}\`, got other characters`);
  }
  return key.length >= FEWEST_BYTES && key.length <= MOST_BYTES
    ? { ok: true, key }
    : wrong(
        `${FEWEST_BYTES} to ${MOST_BYTES} bytes in base64 after \`${PREFIX}\`, got ${key.length}`,
      );
}

function wrong(expected: string): WebhookKey {
  return { ok: false, expected };
}
