import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

it('G17 every dependency is pinned, locked, new enough, and runs nothing at install', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['scripts/check-dependencies.mjs'],
    {
      cwd: root,
      encoding: 'utf8',
    },
  );
  expect(`${stdout}${stderr}`).not.toMatch(/Expected/);
  expect(status).toBe(0);
});
