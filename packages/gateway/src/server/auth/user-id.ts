/** Longest user id, in bytes of UTF-8. */
export const LARGEST_USER_ID_BYTES: number = 256;

/**
 * True for a user id: 1 to 256 bytes of any text. Text with a lone surrogate has no UTF-8 form of
 * its own (two such ids would become one on the wire), so it is none.
 */
export function isUserId(value: unknown): value is string {
  return isTextOfBytes(value, LARGEST_USER_ID_BYTES);
}

/** True for text of 1 to `limitBytes` bytes of UTF-8 without lone surrogates. */
export function isTextOfBytes(value: unknown, limitBytes: number): value is string {
  if (typeof value !== 'string' || value === '' || value.length > limitBytes) return false;
  return value.isWellFormed() && Buffer.byteLength(value, 'utf8') <= limitBytes;
}
