import { LARGEST_USER_ID_BYTES, isUserId } from '../auth/user-id.ts';
import { decodeBase64url } from '../auth/base64url.ts';

/** The user named by a path segment, or why it names none. */
export type PathUser =
  | { readonly ok: true; readonly userId: string }
  | { readonly ok: false; readonly detail: string };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads `{user}` from a path segment as it stands in the request line (not decoded yet): percent-
 * encoded, or `~` and the base64url of the id's UTF-8 bytes, which names any id, also `.` and `..`.
 * An id that begins with `~` itself needs the second form.
 */
export function parsePathUser(segment: string): PathUser {
  const userId = segment.startsWith('~') ? fromBase64url(segment.slice(1)) : fromPercent(segment);
  if (userId === undefined) {
    return refuse('percent-encoded UTF-8, or `~` and the base64url of its UTF-8 bytes');
  }
  return isUserId(userId)
    ? { ok: true, userId }
    : refuse(`1 to ${LARGEST_USER_ID_BYTES} bytes of UTF-8`);
}

/** The path segment that names this user: what `parsePathUser` reads back. */
export function formatPathUser(userId: string): string {
  const isPlain = userId !== '.' && userId !== '..' && !userId.startsWith('~');
  if (isPlain) return encodeURIComponent(userId);
  return `~${Buffer.from(userId, 'utf8').toString('base64url')}`;
}

function fromPercent(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A broken escape or bytes that are no UTF-8: the only reasons it throws for.
    return undefined;
  }
}

function fromBase64url(text: string): string | undefined {
  const bytes = decodeBase64url(text);
  if (bytes === undefined) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    // Bytes that are no UTF-8: the only reason it throws for.
    return undefined;
  }
}

function refuse(expected: string): PathUser {
  return { ok: false, detail: `Expected \`{user}\` to be ${expected}.` };
}
