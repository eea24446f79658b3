import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const source = fileURLToPath(new URL('../src/', import.meta.url));

/** The library with one mistake in it. */
export interface Mutant {
  /** What the mistake does, in the words of a test's name. */
  readonly name: string;
  /** Path of the file below `src`. */
  readonly file: string;
  /** Stands exactly once in that file; how it is broken into lines does not matter. */
  readonly from: string;
  readonly to: string;
}

/**
 * Copies the source with the mistake in it to a folder of its own and hands over a way to import from there. Everything
 * imported belongs to the copy, so that the mistake is met wherever it matters.
 *
 * @throws Error where the text to replace does not stand there exactly once: the mutant has to follow the source
 */
export async function withMutant<T>(
  mutant: Mutant,
  use: (load: (file: string) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(path.join(tmpdir(), 'holdfast-mutant-'));
  try {
    cpSync(source, copy, { recursive: true });
    const file = path.join(copy, mutant.file);
    writeFileSync(file, mutate(readFileSync(file, 'utf8'), mutant));
    return await use((wanted) => import(pathToFileURL(path.join(copy, wanted)).href));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function mutate(text: string, { name, file, from, to }: Mutant): string {
  const words = from.trim().split(/\s+/);
  const pattern = new RegExp(words.map(escape).join('\\s+'), 'g');
  const found = text.match(pattern)?.length ?? 0;
  if (found !== 1) {
    throw new Error(
      `Expected the text of mutant "${name}" to stand once in ${file}, found it ${found} times.`,
    );
  }
  return text.replace(pattern, () => to);
}

function escape(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
