import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const document = readFileSync(path.join(root, 'docs/getting-started.md'), 'utf8');

/** A client of the example: what it says, and what it heard. */
const client = `
const { FakeSocket, ManualClock } = await import('holdfast/testing');
const socket = new FakeSocket(new ManualClock());
layer.open({ userId: 'anna', device: 'laptop', socket });
socket.say({ type: 'message', id: 'm1', data: 'hello' });
socket.say({ type: 'message', id: 'm2', data: 7 });
socket.say({ type: 'refresh', token: 'token-of-anna' });
socket.say({ type: 'refresh', token: 'another' });
socket.leave();
for (const { type, event, id, code } of socket.frames) console.log([type, event, id, code].filter(Boolean).join(' '));
process.exit();
`;

it('the example of the hooks says what it does', () => {
  const code = document.split('<!-- example: hooks -->\n```js\n')[1]?.split('\n```')[0] ?? '';
  const { stdout, stderr } = spawnSync(
    process.execPath,
    ['--input-type=module', '--eval', code.replace('export const', 'const') + client],
    { cwd: root, encoding: 'utf8' },
  );
  expect(stderr).toBe('');
  const [opened, closed, ...frames] = stdout.trimEnd().split('\n');
  expect(opened).toMatch(/^anna is here as \S+-0-1 \(laptop\): new$/);
  expect(closed).toMatch(/^\S+-0-1 is over: client-close$/);
  expect(frames).toEqual([
    'ready',
    'event echo',
    'event seen',
    'accepted m1',
    'error m2 not-text',
    'refreshed',
    'error unauthorized',
  ]);
});
