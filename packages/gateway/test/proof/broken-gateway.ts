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
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A change to a built file. */
export interface Edit {
  /** Below `packages`, such as `holdfast/dist/core/death.js`. */
  readonly file: string;
  /** Stands exactly once in that file; how it is broken into lines does not matter. */
  readonly from: string;
  readonly to: string;
}

/** A gateway with one mistake in it, and what the proof has to make of it. */
export interface BrokenGateway {
  /** What the mistake does, in the words of a test's name, with the ids of what it breaks. */
  readonly name: string;
  readonly edits: readonly Edit[];
  /** The scenarios that are meant to catch it, and what they have to call it. */
  readonly red: Readonly<Record<string, RegExp>>;
  /** Scenarios near to them that have to pass all the same. */
  readonly green: readonly string[];
}

/**
 * Copies the built packages with these changes to a folder of their own and hands over the `holdfast` program there. What
 * they depend on is linked.
 *
 * @throws Error where a text to replace does not stand there exactly once: the change has to follow the source
 */
export async function withBrokenGateway<T>(
  edits: readonly Edit[],
  use: (command: string) => Promise<T>,
): Promise<T> {
  const copy = mkdtempSync(path.join(tmpdir(), 'holdfast-broken-'));
  try {
    copyPackage('holdfast', path.join(copy, 'node_modules/holdfast'));
    copyPackage('gateway', path.join(copy, 'gateway'));
    linkModules(path.join(root, 'packages/gateway/node_modules'), path.join(copy, 'node_modules'));
    linkModules(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    for (const edit of edits) apply(edit, copy);
    return await use(path.join(copy, 'gateway/bin/holdfast.js'));
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

function copyPackage(name: string, to: string): void {
  mkdirSync(to, { recursive: true });
  const from = path.join(root, 'packages', name);
  for (const part of readdirSync(from).filter((one) => ['bin', 'dist'].includes(one))) {
    cpSync(path.join(from, part), path.join(to, part), {
      recursive: true,
      filter: (file) => !/\.(?:map|d\.ts|tsbuildinfo)$/.test(file),
    });
  }
  cpSync(path.join(from, 'package.json'), path.join(to, 'package.json'));
}

/** Links what is not there yet. */
function linkModules(from: string, to: string): void {
  for (const entry of readdirSync(from).filter((name) => !name.startsWith('.'))) {
    const isScope = entry.startsWith('@');
    const names = isScope ? readdirSync(path.join(from, entry)) : [''];
    if (isScope) mkdirSync(path.join(to, entry), { recursive: true });
    for (const name of names) link(path.join(from, entry, name), path.join(to, entry, name));
  }
}

function link(target: string, at: string): void {
  try {
    symlinkSync(target, at);
  } catch (error) {
    // A copy of our own, or the nearer one of two versions.
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return;
    throw error;
  }
}

/**
 * Whether a change can still be made to what was built.
 *
 * @throws Error where the text to replace does not stand there exactly once
 */
export function checkEdit(edit: Edit): void {
  changed(readFileSync(path.join(root, 'packages', edit.file), 'utf8'), edit);
}

function apply(edit: Edit, copy: string): void {
  const [folder = '', ...rest] = edit.file.split('/');
  const below = folder === 'holdfast' ? ['node_modules', 'holdfast'] : [folder];
  const place = path.join(copy, ...below, ...rest);
  writeFileSync(place, changed(readFileSync(place, 'utf8'), edit));
}

function changed(text: string, { file, from, to }: Edit): string {
  const words = from.trim().split(/\s+/);
  const pattern = new RegExp(words.map(escape).join('\\s+'), 'g');
  const found = text.match(pattern)?.length ?? 0;
  if (found !== 1)
    throw new Error(`Expected \`${from}\` to stand once in ${file}, found it ${found} times.`);
  return text.replace(pattern, () => to);
}

function escape(word: string): string {
  return word.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
