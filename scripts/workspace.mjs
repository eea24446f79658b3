/** What the scripts know about the lay-out of the workspace. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the repository's root. */
export const root = fileURLToPath(new URL('..', import.meta.url));

/** The packages, in the order in which they build. */
export const packageFolders = ['packages/holdfast', 'packages/gateway'];

/** Folders with a manifest that are not published. */
export const privateFolders = ['compare'];

/**
 * @param {string} folder absolute path
 * @returns {string[]} absolute paths of all files below it, sorted; none when it does not exist
 */
export function filesBelow(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * @param {string} name path relative to the root
 * @returns {unknown}
 */
export function readJson(name) {
  return /** @type {unknown} */ (JSON.parse(readFileSync(path.join(root, name), 'utf8')));
}

/**
 * Prints each problem on stderr, or `whenNone` on stdout, and sets the exit status.
 *
 * @param {string[]} problems
 * @param {string} whenNone
 */
export function report(problems, whenNone) {
  for (const problem of problems) console.error(problem);
  if (problems.length === 0) console.log(whenNone);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
