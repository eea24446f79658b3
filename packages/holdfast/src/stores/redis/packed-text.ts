const breaksLine = /\n/;
const breaksField = /[\n|]/;

/**
 * Any text as one that Redis keeps as it is and that holds no line feed: well-formed ones as they stand, others as `~` and
 * base64url of their UTF-16 units. No two texts become the same one, and none becomes the empty one.
 */
export function packedLine(text: string): string {
  return isPlain(text, breaksLine) ? text : packed(text);
}

/** The same, without `|`. */
export function packedField(text: string): string {
  return isPlain(text, breaksField) ? text : packed(text);
}

/** The text that was packed. */
export function unpacked(text: string): string {
  return text.startsWith('~') ? Buffer.from(text.slice(1), 'base64url').toString('utf16le') : text;
}

function isPlain(text: string, breaks: RegExp): boolean {
  return text !== '' && !text.startsWith('~') && text.isWellFormed() && !breaks.test(text);
}

function packed(text: string): string {
  return `~${Buffer.from(text, 'utf16le').toString('base64url')}`;
}
