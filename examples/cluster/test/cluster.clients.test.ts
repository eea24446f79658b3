import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const program = fileURLToPath(new URL('../cluster.mjs', import.meta.url));
/** Empty, so that nothing is found but what Debian keeps in /usr/sbin. */
const noPrograms = fileURLToPath(new URL('.', import.meta.url));

/** The example as it is started on a terminal, and what it printed. */
class Example {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  readonly ended: Promise<number | null>;
  #wake: () => void = () => {};

  constructor(variables: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [program], {
      env: { ...process.env, ...variables },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    this.ended = new Promise((resolve) => void child.once('close', (code) => resolve(code)));
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line);
        this.#wake();
      });
    child.once('close', () => this.#wake());
  }

  /** What the first group of the pattern holds, once a line has it. */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      for (const line of this.lines) {
        const found = pattern.exec(line);
        if (found !== null) return found[1] ?? '';
      }
      if (this.child.exitCode !== null) throw new Error(this.lines.join('\n'));
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** The processes it has started. */
  get children(): readonly string[] {
    const { pid } = this.child;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
  }
}

const examples: Example[] = [];

function start(variables?: NodeJS.ProcessEnv): Example {
  const example = new Example(variables);
  examples.push(example);
  return example;
}

afterEach(async () => {
  for (const { child, ended } of examples.splice(0)) {
    child.kill('SIGTERM');
    await ended;
  }
});

type Frame = Readonly<Record<string, unknown>>;

/** A plain client, and the frames it got. */
class Client {
  readonly socket: WebSocket;
  readonly frames: Frame[] = [];

  constructor(url: string) {
    this.socket = new WebSocket(url);
    this.socket.on('message', (data: Buffer) => {
      this.frames.push(JSON.parse(data.toString()) as Frame);
    });
  }

  /** The first frame of this type. */
  async got(type: string): Promise<Frame> {
    for (;;) {
      const found = this.frames.find((one) => one['type'] === type);
      if (found !== undefined) return found;
      await once(this.socket, 'message');
    }
  }
}

it('E the example is one cluster: three nodes count together, and an event goes to all of them', async () => {
  const example = start();
  const url = await example.said(/'(ws:.*)'/);
  const clients = [1, 2, 3].map(() => new Client(url));
  await Promise.all(clients.map((one) => one.got('ready')));

  const authorization = await example.said(/'Authorization: (.*?)'/);
  const headers = { authorization };
  const second = await example.said(/^Node 2: +(\S+)/);
  const third = await example.said(/^Node 3: +(\S+)/);
  const list = await fetch(`${third}/api/v1/users/anna/sessions`, { headers });
  expect(await list.json()).toMatchObject({ count: 3, limit: 5 });
  const body = JSON.stringify({ event: 'hello', data: 'world' });
  const path = '/api/v1/users/anna/events';
  const published = await fetch(`${second}${path}`, { method: 'POST', headers, body });
  expect(await published.json()).toMatchObject({ sessions: 3, outcome: 'queued' });
  for (const one of clients) expect(await one.got('event')).toMatchObject({ data: 'world' });

  const { children } = example;
  expect(children).toHaveLength(5);
  example.child.kill('SIGINT');
  expect(await example.ended).toBe(0);
  expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([]);
});

it('the example says what is missing, and how to get it', async () => {
  const example = start({ PATH: noPrograms });
  expect(await example.ended).toBe(1);
  expect(example.lines).toEqual([
    expect.stringMatching(
      /^Expected redis-server .*to be installed\. .*apt-get install redis-server/,
    ),
  ]);
});
