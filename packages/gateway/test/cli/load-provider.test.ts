import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadProvider } from '../../src/cli/load-provider.ts';
import { fakeTerminal } from './fake-terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'provider-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, text: string): string {
  writeFileSync(path.join(folder, name), text);
  return name;
}

it('takes the provider that a module exports as its default, found from the working folder', async () => {
  const text = 'export default { metadata: { name: "own" }, resolveBooleanEvaluation() {} };';
  const provider = await loadProvider(write('flags.mjs', text), fakeTerminal({ folder }));
  expect(provider.metadata.name).toBe('own');
});

it.each([
  ['none.mjs', null],
  ['broken.mjs', 'export default {;'],
  ['other.mjs', 'export default { name: "no provider" };'],
  ['empty.mjs', ''],
])('%s is wrong usage that names the flag', async (name, text) => {
  if (text !== null) write(name, text);
  await expect(loadProvider(name, fakeTerminal({ folder }))).rejects.toMatchObject({
    status: 2,
    problems: [expect.stringContaining('`--rollout-provider`')],
  });
});
