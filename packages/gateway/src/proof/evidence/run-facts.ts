import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, platform, release } from 'node:os';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Evidence } from './evidence.ts';

const run = promisify(execFile);

/** What evidence tells of where it was made. */
export type RunFacts = Pick<Evidence, 'commit' | 'version' | 'machine'>;

/**
 * Where a run takes place: the commit of the checkout that holds `folder`, the version of the proof kit, and the machine.
 * The commit is null where there is no git or no checkout.
 */
export async function findRunFacts(folder: string): Promise<RunFacts> {
  return {
    commit: await findCommit(folder),
    version: readVersion(),
    machine: {
      node: process.version,
      platform: `${platform()} ${release()}`,
      cpus: availableParallelism(),
    },
  };
}

/** The commit checked out in a folder, with `+` at its end where files it knows were changed; null outside of a checkout. */
export async function findCommit(folder: string): Promise<string | null> {
  try {
    const head = await run('git', ['rev-parse', 'HEAD'], { cwd: folder });
    const changes = await run('git', ['status', '--porcelain', '--untracked-files=no'], {
      cwd: folder,
    });
    return `${head.stdout.trim()}${changes.stdout === '' ? '' : '+'}`;
  } catch (error) {
    if (isAbsence(error)) return null;
    throw error;
  }
}

/** Git answers 128 outside of a checkout; without git there is nothing to run. */
function isAbsence(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 128;
}

function readVersion(): string {
  const manifest = readFileSync(new URL('../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
