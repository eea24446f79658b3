import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const folder = path.join(root, 'node_modules/.cache/client-examples');

/** What the examples take as given: the page around them, and what an earlier one has imported. */
const given = `
declare const createClient: typeof import('holdfast/client').createClient;
declare const url: string;
declare const token: string;
declare function render(event: string, data: unknown): void;
declare function append(text: string): void;
declare function showState(state: string): void;
declare function fetchEverythingAnew(): void;
declare function askTheUser<Choice>(choices: readonly Choice[]): Promise<Choice | null>;
`;

const settings = {
  extends: path.join(root, 'tsconfig.base.json'),
  compilerOptions: {
    lib: ['es2023', 'dom'],
    types: ['node'],
    noEmit: true,
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['*.ts'],
};

it('the examples of docs/client.md are programs that the types of the client allow', () => {
  const text = readFileSync(path.join(root, 'docs/client.md'), 'utf8');
  const examples = [...text.matchAll(/^```[jt]s\n(.*?)^```$/gms)].map(([, code = '']) => code);
  expect(examples.length).toBeGreaterThan(4);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(settings));
  writeFileSync(path.join(folder, 'given.d.ts'), given);
  for (const [index, code] of examples.entries())
    writeFileSync(path.join(folder, `example-${index + 1}.ts`), `${code}export {};\n`);
  const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
  const { stdout, status } = spawnSync(process.execPath, [tsc, '--project', folder]);
  expect(stdout.toString()).toBe('');
  expect(status).toBe(0);
});
