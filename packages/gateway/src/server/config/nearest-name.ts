/** What it costs a known name that only its beginning resembles the one given. */
const CUT_SHORT = 1;

/**
 * The known name with the smallest edit distance to `given`, letter case and separators aside;
 * the earlier one where two are equally near. A name may also have been cut short: `max-sesions`
 * means `max-sessions-per-user`. Undefined only when nothing is known.
 */
export function findNearestName(given: string, known: Iterable<string>): string | undefined {
  const wanted = plain(given);
  let nearest: string | undefined;
  let smallest = Number.POSITIVE_INFINITY;
  for (const name of known) {
    const whole = plain(name);
    const distance = Math.min(
      editDistance(wanted, whole),
      editDistance(wanted, whole.slice(0, wanted.length)) + CUT_SHORT,
    );
    if (distance < smallest) {
      smallest = distance;
      nearest = name;
    }
  }
  return nearest;
}

/** Names compare by their first 64 letters: a name longer than that resembles nothing known. */
function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '').slice(0, 64);
}

/** Levenshtein's distance (insert, delete, replace cost one each), by rows. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const replaced = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const removed = (previous[column] ?? 0) + 1;
      const inserted = (current[column - 1] ?? 0) + 1;
      current.push(Math.min(replaced, removed, inserted));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
