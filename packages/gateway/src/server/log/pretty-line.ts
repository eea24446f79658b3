/** Members of a line that have a place of their own. */
const PLACED: ReadonlySet<string> = new Set(['time', 'level', 'msg', 'node', 'event']);

/**
 * A JSON line for a person: time, level, text, and the rest as `key=value`. Values stay JSON, so no
 * control character of a user id or an error reaches the terminal.
 */
export function prettyLine(line: string): string {
  const fields = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const time = String(fields['time']).slice(11, 23);
  const level = String(fields['level']).toUpperCase().padEnd(5);
  const rest = Object.entries(fields)
    .filter(([name]) => !PLACED.has(name))
    .map(([name, value]) => ` ${name}=${escapeControls(JSON.stringify(value) ?? '')}`);
  const msg = escapeControls(String(fields['msg'] ?? fields['event']));
  return `${time} ${level} ${msg}${rest.join('')}\n`;
}

/** JSON leaves DEL, the C1 controls and the line separators of Unicode as they are. */
function escapeControls(text: string): string {
  return text.replaceAll(
    // eslint-disable-next-line no-control-regex -- control characters are what it looks for
    /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
