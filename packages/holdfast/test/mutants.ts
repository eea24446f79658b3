import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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
 * Copies what of the source runs otherwise with the mistake in it to a folder of its own, with links to the rest, and hands
 * over a way to import from there. So the mistake is met wherever it matters, and what never meets it is compiled once.
 *
 * @throws Error where the text to replace does not stand there exactly once: the mutant has to follow the source
 */
export async function withMutant<T>(
  mutant: Mutant,
  use: (load: (file: string) => Promise<unknown>) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(path.join(tmpdir(), 'holdfast-mutant-'));
  try {
    const affected = filesAffectedBy(mutant.file);
    for (const file of importersOf.keys()) {
      mkdirSync(path.dirname(path.join(copy, file)), { recursive: true });
      const put = affected.has(file) ? cpSync : symlinkSync;
      put(path.join(source, file), path.join(copy, file));
    }
    const file = path.join(copy, mutant.file);
    writeFileSync(file, mutate(readFileSync(file, 'utf8'), mutant));
    return await use((wanted) => import(pathToFileURL(path.join(copy, wanted)).href));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/**
 * Whether the mistake can still be made.
 *
 * @throws Error where the text to replace does not stand there exactly once
 */
export function checkMutant(mutant: Mutant): void {
  mutate(readFileSync(path.join(source, mutant.file), 'utf8'), mutant);
}

/** Each file of the source, and the files that import something of it that is there at run time. */
const importersOf: ReadonlyMap<string, readonly string[]> = readImporters();

function readImporters(): Map<string, string[]> {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  const importers = new Map<string, string[]>(files.map((file) => [file, []]));
  for (const file of files) {
    const text = readFileSync(path.join(source, file), 'utf8');
    for (const [, from = ''] of text.matchAll(
      /^(?:import|export)(?! type\b)[^;]*?'(\.[^']+)';/gm,
    )) {
      const imported = path.join(path.dirname(file), from);
      const known = importers.get(imported);
      if (known === undefined) throw new Error(`${file} imports ${from}, which is not there.`);
      known.push(file);
    }
  }
  return importers;
}

/** This file and whatever imports it, directly or not. */
function filesAffectedBy(file: string): ReadonlySet<string> {
  const affected = new Set([file]);
  for (const one of affected)
    for (const importer of importersOf.get(one) ?? []) affected.add(importer);
  return affected;
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
