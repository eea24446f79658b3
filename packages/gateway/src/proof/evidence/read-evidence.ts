import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import type { SealedEvidence } from './evidence.ts';
import { evidenceFiles } from './evidence-files.ts';
import { evidenceSchema } from './evidence-schema.ts';
import { checkSeal, type SealState } from './seal.ts';

/** Evidence as it was found in a file. */
export type ReadEvidence =
  | { readonly ok: true; readonly evidence: SealedEvidence; readonly seal: SealState }
  /** `problem` goes on after the name of the file: what it is instead. */
  | { readonly ok: false; readonly problem: string };

/** Reads the text of an `evidence.json`, and holds it against its seal. Never throws. */
export function parseEvidence(text: string, key?: string): ReadEvidence {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'is not JSON: it was cut short, or written by something else' };
  }
  const { data, error } = evidenceSchema.safeParse(parsed);
  if (error !== undefined) {
    const [issue] = error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'it' : wayTo(issue.path);
    return { ok: false, problem: `is no evidence of a run: ${where}: ${issue?.message ?? ''}` };
  }
  // The schema passes over a member of this name, whatever is in it; the seal is made over all of them.
  if (Object.hasOwn((parsed as { settings: object }).settings, '__proto__')) {
    return { ok: false, problem: 'is no evidence of a run: `settings` has a member `__proto__`' };
  }
  return { ok: true, evidence: data, seal: checkSeal(parsed as Record<string, unknown>, key) };
}

/** The file that holds the evidence of a folder; a path that is no folder is taken to be that file. */
export async function locateEvidence(folder: string): Promise<string> {
  try {
    const { isDirectory } = await stat(folder).then((found) => ({
      isDirectory: found.isDirectory(),
    }));
    return isDirectory ? path.join(folder, evidenceFiles.evidence) : folder;
  } catch {
    // Reading it says what is wrong with it.
    return path.join(folder, evidenceFiles.evidence);
  }
}

/** Reads the evidence of a folder. Never throws. */
export async function readEvidence(file: string, key?: string): Promise<ReadEvidence> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const why = code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`;
    return { ok: false, problem: why };
  }
  return parseEvidence(text, key);
}

function wayTo(steps: readonly PropertyKey[]): string {
  return `\`${steps.map(String).join('.')}\``;
}
