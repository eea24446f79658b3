import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');

/** The code of an example, on a port of its own. */
function exampleOf(name: string): string {
  const code = readme.split(`<!-- example: ${name} -->\n\`\`\`js\n`)[1]?.split('\n```')[0];
  if (code === undefined) throw new Error(`Expected README.md to have the example ${name}.`);
  expect(code).toContain('8080');
  return code.replace('8080', '0');
}

/** Runs a program at the root of the repository and answers what it printed. */
async function runProgram(code: string): Promise<string> {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', code], { cwd: root });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  return printed;
}

/** A client of the examples: its connections, what they got and how they ended. */
const client = `
const { once } = await import('node:events');
const { WebSocket } = await import('ws');
if (server.address() === null) await once(server, 'listening');
const url = 'ws://127.0.0.1:' + server.address().port;
const connect = (headers, options = {}) => {
  const ws = new WebSocket(url, { headers, ...options });
  ws.first = once(ws, 'message').then(([data]) => JSON.parse(data.toString()));
  ws.end = once(ws, 'close').then(([code]) => code);
  return ws;
};
`;

/** Strangers: five that never answer a ping and one that leaves while it waits, and those who are nobody. */
const strangers = `
const mute = Array.from({ length: 5 }, () => connect({ 'x-user': 'eve' }, { autoPong: false }));
await Promise.all(mute.map((ws) => ws.first));
const sixth = connect({ 'x-user': 'eve' });
await once(sixth, 'open');
sixth.terminate();
for (let count = 0; count < 20; count += 1) {
  const ws = connect({ 'x-user': 'eve' + count });
  await once(ws, 'open');
  ws.terminate();
}
const nobodies = [{}, { 'x-user': '' }, { 'x-user': 'x'.repeat(300) }];
for (const headers of nobodies) console.log(await connect(headers).end);
console.log('still here: ' + JSON.stringify(await connect({ 'x-user': 'anna' }).first));
server.close();
process.exit();
`;

describe('the examples of the README run', () => {
  it('library: five sessions live, the sixth is refused, messages are echoed', async () => {
    const printed = await runProgram(`${exampleOf('library')}${client}
const five = Array.from({ length: 5 }, () => connect({ 'x-user': 'anna' }));
const types = await Promise.all(five.map(async (ws) => (await ws.first).type));
console.log(types.join());
console.log(await connect({ 'x-user': 'anna' }).end);
console.log(await connect({}).end);
const echoed = once(five[1], 'message');
five[0].send(JSON.stringify({ type: 'message', data: 'hi' }));
console.log((await echoed)[0].toString());
five[0].close();
await five[0].end;
await layer.shutdown();
server.close();
`);
    expect(printed).toContain('ready,ready,ready,ready,ready\n4429\n4401\n');
    expect(printed).toMatch(/"event":"echo","data":"hi"/);
    expect(printed).toMatch(/ is over: client-close\n/);
    expect(printed).toMatch(/ is over: shutdown\n/);
  });

  it('manager-factory: five managers live, the sixth is refused', async () => {
    const printed = await runProgram(`${exampleOf('manager-factory')}${client}
const five = Array.from({ length: 5 }, () => connect({ 'x-user': 'anna' }));
for (const ws of five) console.log(JSON.stringify(await ws.first));
await connect({ 'x-user': 'anna' }).end;
await factory.shutdown();
server.close();
`);
    expect(printed).toContain('{"hello":"anna"}\n'.repeat(5));
    expect(printed).toContain('5 of 5 are alive, 0 were not\n');
  });

  it('FM-26 FM-27 library: strangers end their own connections and nothing else', async () => {
    const printed = await runProgram(exampleOf('library') + client + strangers);
    expect(printed.match(/^4401$/gm)).toHaveLength(3);
    expect(printed).toMatch(/still here: \{"type":"ready"/);
  });

  it('FM-26 FM-27 manager-factory: strangers end their own connections and nothing else', async () => {
    const printed = await runProgram(exampleOf('manager-factory') + client + strangers);
    expect(printed).toContain('its socket closed');
    expect(printed.match(/^4401$/gm)).toHaveLength(3);
    expect(printed).toContain('still here: {"hello":"anna"}\n');
    expect(printed).not.toContain('x'.repeat(50));
  });
});
