import { readFile, writeFile } from 'node:fs/promises';

const begin = '<!-- compare: as measured, written by `npm run compare -- --write` -->';
const end = '<!-- compare: end -->';

/**
 * Puts a text between the two marks in a file.
 *
 * @throws Error where the marks are not there
 */
export async function writeBetweenMarks(file: string, text: string): Promise<void> {
  const whole = await readFile(file, 'utf8');
  const from = whole.indexOf(begin);
  const to = whole.indexOf(end);
  if (from < 0 || to < from) throw new Error(`Expected ${file} to hold the line ${begin}`);
  await writeFile(file, `${whole.slice(0, from + begin.length)}\n\n${text}\n\n${whole.slice(to)}`);
}
