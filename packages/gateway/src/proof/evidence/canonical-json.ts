/**
 * One text for one value: no space, members in the order of their names by UTF-16 code units, numbers and strings as
 * ECMAScript writes them. Source: RFC 8785 (JCS); other than there, halves of surrogate pairs are written as escapes.
 *
 * @throws TypeError where there is something that JSON has no word for, with the way to it
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$');
}

function write(value: unknown, where: string): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') {
    return JSON.stringify(value);
  }
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) {
    return `[${value.map((item, index) => write(item, `${where}[${index}]`)).join(',')}]`;
  }
  if (typeof value === 'object') {
    const members = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return `{${members
      .map(([name, member]) => `${JSON.stringify(name)}:${write(member, `${where}.${name}`)}`)
      .join(',')}}`;
  }
  throw new TypeError(
    `Expected \`${where}\` to be a value of JSON, got ${typeof value === 'number' ? value : typeof value}.`,
  );
}
