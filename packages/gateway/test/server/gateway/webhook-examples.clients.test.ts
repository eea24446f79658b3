import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { startHouse, stopAll, tokenFor, until } from './house.ts';

const root = fileURLToPath(new URL('../../../../..', import.meta.url));
const document = readFileSync(path.join(root, 'docs/webhooks.md'), 'utf8');

const plain = 'canary-secret-of-the-webhooks-0123456789';
const encoded = `whsec_${Buffer.alloc(32, 251).toString('base64')}`;
const hasPython = spawnSync('python3', ['--version']).status === 0;
const examples = [
  ['node', 'js', [process.execPath, '--input-type=module', '--eval']],
  ...(hasPython ? [['python', 'python', ['python3', '-c']] as const] : []),
] as const;

const children: ChildProcess[] = [];
afterEach(async () => {
  await stopAll();
  for (const child of children.splice(0)) {
    const ended = once(child, 'close');
    child.kill('SIGKILL');
    await ended;
  }
});

/** The example of this name, on a port of its own, and what it prints. */
async function runExample(
  name: string,
  language: string,
  [command = '', ...argv]: readonly string[],
  secret: string,
): Promise<{ readonly url: string; readonly lines: () => string[] }> {
  const code = document
    .split(`<!-- example: ${name} -->\n\`\`\`${language}\n`)[1]
    ?.split('\n```')[0];
  if (code === undefined) throw new Error(`Expected docs/webhooks.md to have the example ${name}.`);
  const child = spawn(command, [...argv, code.replace('9000', '0')], {
    env: { ...process.env, HOLDFAST_WEBHOOK_SECRET: secret },
  });
  children.push(child);
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await until(() => printed.includes('\n'), 20_000);
  const port = /^listening on (\d+)\n/.exec(printed)?.[1];
  if (port === undefined) throw new Error(`Expected a port, got ${printed}`);
  const lines = (): string[] => printed.trimEnd().split('\n').slice(1);
  return { url: `http://127.0.0.1:${port}/`, lines };
}

interface Forgery {
  readonly id?: string;
  readonly secret?: string;
  readonly ageS?: number;
  readonly sent?: string;
}

/** Plays a call to the example, signed as somebody else reads the specification. */
async function play(
  url: string,
  { id = 'msg_1', secret = plain, ageS = 0, sent }: Forgery,
): Promise<number> {
  const body = '{"type":"message","user":"eve","data":"forged"}';
  const time = Math.floor(Date.now() / 1000) - ageS;
  const signature = createHmac('sha256', secret).update(`${id}.${time}.${body}`).digest('base64');
  const response = await fetch(url, {
    method: 'POST',
    body: sent ?? body,
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(time),
      'webhook-signature': `v1,AAAA v1,${signature}`,
    },
  });
  return response.status;
}

describe.each(examples)('the example in %s', (name, language, command) => {
  it.each([
    ['a text', plain],
    ['base64', encoded],
  ])('verifies what a gateway signs with %s', async (_form, secret) => {
    const { url, lines } = await runExample(name, language, command, secret);
    const house = await startHouse({ webhookUrl: url, webhookSecret: secret });
    const client = new Client(house, tokenFor('anna'));
    await client.ready();
    client.ws.send(JSON.stringify({ type: 'message', data: 'größe 😀' }));
    await until(() => lines().length >= 2, 10_000);
    client.ws.close();
    await until(() => lines().length >= 3, 10_000);
    expect(lines().map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      'session.opened anna',
      'message anna',
      'session.closed anna',
    ]);
    const data = lines()[1]?.slice('message anna '.length) ?? '';
    expect(JSON.parse(data)).toBe('größe 😀');
  });

  it('refuses what is forged, altered or played again later, and does nothing twice', async () => {
    const { url, lines } = await runExample(name, language, command, plain);
    expect(await play(url, { secret: 'x'.repeat(32) })).toBe(401);
    expect(await play(url, { ageS: 301 })).toBe(401);
    expect(await play(url, { ageS: -310 })).toBe(401);
    expect(await play(url, { sent: '{"type":"message","user":"eve","data":"forGed"}' })).toBe(401);
    expect(lines().join('')).toBe('');
    expect(await play(url, {})).toBe(204);
    expect(await play(url, { ageS: 200 })).toBe(204);
    await until(() => lines().length === 1 && lines()[0] !== '');
    expect(lines()).toEqual(['message eve "forged"']);
  });
});
