import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, platform, release } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Evidence } from './evidence.ts';

/** By what, and on what, a run was made. */
export type Provenance = Pick<Evidence, 'commit' | 'version' | 'machine'>;

const packageFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** The commit and version of this proof kit, and the machine it runs on. */
export function readProvenance(): Provenance {
  const manifest = JSON.parse(readFileSync(`${packageFolder}package.json`, 'utf8')) as {
    readonly version: string;
  };
  return {
    commit: findCommit(),
    version: manifest.version,
    machine: {
      node: process.version,
      platform: `${platform()} ${release()}`,
      cpus: availableParallelism(),
    },
  };
}

/** Only a source checkout has a commit of its own: an installed package may stand in somebody else's. */
function findCommit(): string | null {
  if (!existsSync(`${packageFolder}src`)) return null;
  try {
    const commit = git('rev-parse', 'HEAD');
    return git('status', '--porcelain') === '' ? commit : `${commit}+`;
  } catch {
    // No git, or no checkout: then there is no commit to tell.
    return null;
  }
}

function git(...argv: readonly string[]): string {
  return execFileSync('git', ['-C', packageFolder, ...argv], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}
