import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './written-commands.ts';

/** A Kubernetes object as it stands in a manifest. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

const require = createRequire(import.meta.url);
const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc');

/**
 * Holds objects to the API of Kubernetes 1.30: what `kubernetes-types` makes of its OpenAPI definitions, by the TypeScript
 * compiler, which also finds fields that do not exist. (The JSON schemas of Kubernetes let those pass.) Returns what the
 * compiler says of them, none where all is well.
 */
export function findManifestErrors(manifests: readonly Manifest[]): readonly string[] {
  const cache = path.join(root, 'node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(path.join(cache, 'manifests-'));
  try {
    writeFileSync(path.join(folder, 'manifests.ts'), manifests.map(declare).join('\n'));
    const flags = ['--noEmit', '--strict', '--skipLibCheck', '--ignoreConfig', '--pretty', 'false'];
    const file = path.join(folder, 'manifests.ts');
    const { stdout, stderr } = spawnSync(process.execPath, [compiler, ...flags, file], {
      encoding: 'utf8',
    });
    return `${stdout}${stderr}`.split('\n').filter((line) => line.trim() !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function declare(manifest: Manifest, at: number): string {
  const { apiVersion, kind } = manifest;
  const group = apiVersion.includes('/') ? apiVersion : `core/${apiVersion}`;
  const type = `import('kubernetes-types/${group.replace('.k8s.io', '')}').${kind}`;
  return `export const one${at}: ${type} = ${JSON.stringify(manifest, null, 2)};`;
}
