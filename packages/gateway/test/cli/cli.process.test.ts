import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';

const bin = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
const root = fileURLToPath(new URL('../../../..', import.meta.url));
const SECRET = 'canary-secret-0123456789-0123456789';
const ADMIN = 'canary-admin-0123456789';
const secrets = { HOLDFAST_AUTH_SECRET: SECRET, HOLDFAST_ADMIN_TOKEN: ADMIN };

interface Place {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** A `holdfast` process and what it has written so far. */
class Running {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out = '';
  err = '';

  constructor(argv: readonly string[], { folder = newFolder(), env = {} }: Place) {
    this.child = spawn(process.execPath, argv, {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolve) => void this.child.once('close', resolve));
    running.push(this);
  }

  /** Resolves with the match once the standard output has one. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.out);
        if (match !== null) resolve(match);
      };
      this.child.stdout?.on('data', look);
      void this.ended.then((status) => {
        reject(
          new Error(`Ended with ${status} before ${String(pattern)}.\n${this.out}${this.err}`),
        );
      });
      look();
    });
  }
}

const running: Running[] = [];

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
});

function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'));
}

function start(argv: readonly string[], place: Place = {}): Running {
  return new Running([bin, ...argv], place);
}

async function run(
  argv: readonly string[],
  place: Place = {},
): Promise<{ status: number | null; out: string; err: string }> {
  const command = start(argv, place);
  const status = await command.ended;
  return { status, out: command.out, err: command.err };
}

/** A gateway in the environment test, with secrets made up in a folder of its own. */
async function serve(
  flags: readonly string[] = [],
): Promise<{ gateway: Running; place: Required<Place>; url: string }> {
  const folder = newFolder();
  const gateway = start(['serve', '--port', '0', '--env', 'test', ...flags], { folder });
  const [, url = ''] = await gateway.shows(
    /"event":"listening".*"url":"([^"]+)"|"url":"([^"]+)".*"event":"listening"/,
  );
  return { gateway, place: { folder, env: { HOLDFAST_URL: url } }, url };
}

/** Connects as a client would and resolves with the first frame. */
async function connect(url: string, token: string): Promise<{ ws: WebSocket; ready: Frame }> {
  const ws = new WebSocket(`${url.replace('http', 'ws')}/ws?token=${token}`);
  const [data] = await new Promise<[Buffer]>((resolve, reject) => {
    ws.once('message', (...given: [Buffer]) => resolve(given));
    ws.once('close', (code) => reject(new Error(`Closed with ${code} before the first frame.`)));
    ws.once('error', reject);
  });
  return { ws, ready: JSON.parse(data.toString()) as Frame };
}

type Frame = Readonly<Record<string, unknown>>;

async function closed(ws: WebSocket): Promise<{ code: number; reason: string }> {
  return await new Promise((resolve) => {
    ws.once('close', (code, reason) => resolve({ code, reason: reason.toString() }));
  });
}

describe('a gateway and the commands that talk to it', () => {
  it('serve, token, connect, sessions, reap, close, SIGTERM', async () => {
    const { gateway, place, url } = await serve();
    const folder = path.join(place.folder, '.holdfast');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of readdirSync(folder)) {
      expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
    }

    const token = await run(['token', '--user', 'anna/ü', '--device', 'phone'], place);
    expect(token).toMatchObject({ status: 0, err: '' });
    const { ws, ready } = await connect(url, token.out.trim());
    expect(ready).toMatchObject({ type: 'ready', user: 'anna/ü', sessions: 1, limit: 5 });
    const { ws: other, ready: second } = await connect(url, token.out.trim());

    const table = await run(['sessions', 'anna/ü'], place);
    expect(table.status).toBe(0);
    expect(table.out).toMatch(/^anna\/ü: 2 of 5 sessions\nSESSION +STATE +DEVICE +OPEN +QUIET/);
    expect(table.out).toMatch(
      new RegExp(`^${String(ready['session'])} +live +phone +\\d+m?s `, 'm'),
    );
    const all = JSON.parse((await run(['sessions', '--json'], place)).out) as Frame;
    expect(all).toMatchObject({ count: 2 });

    expect(await run(['reap', 'anna/ü'], place)).toEqual({
      status: 0,
      out: 'Reaped 0 dead sessions, kept 2 living ones.\n',
      err: '',
    });
    expect((await run(['reap'], place)).out).toBe('Reaped 0 dead sessions, kept 2 living ones.\n');

    const end = closed(ws);
    const keep = ['--exclude', String(second['session'])];
    const close = await run(['close', 'anna/ü', ...keep, '--reason', 'a test'], place);
    expect(close.out).toBe(`Closed 1 session of anna/ü.\n${String(ready['session'])}\n`);
    expect(await end).toEqual({ code: 4499, reason: '{"r":"admin"}' });

    const drained = closed(other);
    gateway.child.kill('SIGTERM');
    const { code, reason } = await drained;
    expect(code).toBe(1012);
    expect(JSON.parse(reason)).toMatchObject({ r: 'drain' });
    expect(await gateway.ended).toBe(0);
    expect(gateway.err).toBe('');
    const admin = await run(['token', '--admin'], place);
    expect(gateway.out).not.toContain(token.out.trim());
    expect(gateway.out).not.toContain(admin.out.trim());
  });

  it('a wrong admin token is refused with status 1 and not repeated', async () => {
    const { place, url } = await serve();
    const { status, out, err } = await run(['sessions'], {
      ...place,
      env: { HOLDFAST_URL: url, HOLDFAST_ADMIN_TOKEN: ADMIN },
    });
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain(
      `Expected the gateway at ${url} to take the admin token from HOLDFAST_ADMIN_TOKEN`,
    );
    expect(err).not.toContain('canary');
  });

  it('a reader that leaves early is no error', async () => {
    const { place } = await serve();
    const command = start(['sessions'], place);
    command.child.stdout?.destroy();
    expect(await command.ended).toBe(0);
    expect(command.err).toBe('');
  });
});

describe('stopping', () => {
  it('by SIGINT is as good as by SIGTERM', async () => {
    const { gateway } = await serve();
    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toBe(0);
  });

  it('by a second signal is at once, with status 1', async () => {
    const { gateway, place, url } = await serve();
    const token = await run(['token', '--user', 'anna'], place);
    const { ws } = await connect(url, token.out.trim());
    // A client that answers nothing any more: its close takes until it is terminated.
    ws.pause();
    const began = performance.now();
    gateway.child.kill('SIGTERM');
    await gateway.shows(/"event":"draining"/);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended).toBe(1);
    expect(performance.now() - began).toBeLessThan(1500);
    expect(gateway.err).toBe('holdfast: Stopped at once by a second signal (SIGTERM).\n');
    ws.terminate();
  });
});

describe('npm start', () => {
  it('takes one Ctrl-C, which npm hands on as a second signal, for one', async () => {
    const folder = newFolder();
    const argv = ['serve', '--env', 'development', '--port', '0'];
    const gateway = start(argv, { folder, env: { npm_lifecycle_event: 'start' } });
    const [, url = '', token = ''] = await gateway.shows(
      /wscat -c '(ws:[^?]+)\/ws\?token=([^']+)'/,
    );
    const { ws } = await connect(url.replace('ws:', 'http:'), token);
    ws.pause();
    gateway.child.kill('SIGINT');
    await gateway.shows(/"event":"draining"/);
    gateway.child.kill('SIGINT');
    expect(await gateway.ended).toBe(0);
    expect(gateway.err).toBe('');
    ws.terminate();
  });

  it('prints addresses, tokens that work, and where the secrets are', async () => {
    const folder = newFolder();
    const gateway = start(['serve', '--env', 'development', '--port', '0'], { folder });
    const [, url = '', token = ''] = await gateway.shows(
      /npx wscat -c '(ws:\/\/127\.0\.0\.1:\d+\/ws)\?token=([^']+)'/,
    );
    const base = url.replace('ws:', 'http:').replace(/\/ws$/, '');
    for (const part of [`${base}/api/v1`, `${base}/healthz`, `${base}/metrics`, '.holdfast']) {
      expect(gateway.out).toContain(part);
    }
    const { ws, ready } = await connect(base, token);
    expect(ready).toMatchObject({ type: 'ready', user: 'dev' });
    const [, admin = ''] = await gateway.shows(/admin token +(\S+)/);
    const response = await fetch(`${base}/api/v1/stats`, {
      headers: { authorization: `Bearer ${admin}` },
    });
    expect(response.status).toBe(200);
    const logged = gateway.out.split('\n').filter((line) => line.startsWith('{'));
    expect(logged.length).toBeGreaterThan(0);
    for (const line of logged) {
      expect(line).not.toContain(token);
      expect(line).not.toContain(admin);
    }
    ws.terminate();
  });

  it('keeps tokens good over a restart', async () => {
    const { gateway, place } = await serve();
    const token = await run(['token', '--user', 'anna'], place);
    gateway.child.kill('SIGTERM');
    await gateway.ended;
    const argv = ['serve', '--port', '0', '--env', 'test'];
    const again = start(argv, { folder: place.folder });
    const [, url = ''] = await again.shows(/"url":"(http[^"]+)"/);
    const { ws, ready } = await connect(url, token.out.trim());
    expect(ready).toMatchObject({ user: 'anna' });
    ws.terminate();
  });

  it('shows no secret that was given', async () => {
    const argv = ['serve', '--env', 'development', '--port', '0'];
    const gateway = start(argv, { env: secrets });
    await gateway.shows(/npx holdfast token --user anna/);
    expect(gateway.out).not.toContain('canary');
  });
});

describe('settings that cannot be used', () => {
  const file = path.join(newFolder(), 'holdfast.yaml');
  writeFileSync(file, 'pingInterva: 3s\nport: many\nauthSecret: canary-secret\n');
  const configured = ['serve', '--env', 'test', '--port', '0'];

  it.each([
    [['serve', '--prot', '1'], {}, ['got `--prot`. The nearest is `--port`.']],
    [['serve', '--port'], {}, ['Expected `--port` to have a value, got nothing.']],
    [[...configured, '--ping-timeout', 'soon'], {}, ['Expected `--ping-timeout` to be a duration']],
    [configured, { HOLDFAST_PROT: '1' }, ['got HOLDFAST_PROT. The nearest is HOLDFAST_PORT.']],
    [configured, { HOLDFAST_PING_TIMEOUT: 'soon' }, ['Expected HOLDFAST_PING_TIMEOUT to be a dur']],
    [
      ['serve', '--env', 'test', '--config', file],
      {},
      [
        'got `pingInterva`. The nearest is `pingInterval`.',
        'Expected `port` in ',
        'Expected `--auth-secret` to be at least 32 bytes in UTF-8, got 13.',
      ],
    ],
    [
      [...configured, '--config', '/no/such/file'],
      {},
      ['got `/no/such/file`, which cannot be read'],
    ],
    [
      ['serve'],
      {},
      [
        'Expected `--auth-secret` or `--jwks-url` to be given, got neither.',
        'Expected `--admin-token` to be given, got nothing.',
      ],
    ],
    [
      ['serve', '--env', 'development', '--host', '0.0.0.0'],
      {},
      ['this is development on 0.0.0.0.', 'Expected `--admin-token` to be given'],
    ],
    [
      ['serve', '--auth-secret', 'canary', '--admin-token', ADMIN],
      {},
      ['Expected `--auth-secret` to be at least 32 bytes in UTF-8, got 6.'],
    ],
    [
      [...configured, '--probe-timeout', '20s'],
      {},
      ['Expected `--probe-timeout` to be at most `--ping-timeout`'],
    ],
    [
      [...configured, '--pressure-ping-interval', '1m'],
      {},
      ['Expected `--pressure-ping-interval` to be at most `--ping-interval`'],
    ],
    [
      [...configured, '--history-bytes', '1gb'],
      {},
      ['Expected `--history-bytes` to be at most `--history-total`'],
    ],
    [
      [...configured, '--jwks-url', 'https://keys.example.com'],
      { HOLDFAST_AUTH_SECRET: SECRET },
      ['Expected `--auth-secret` or `--jwks-url` to be given, got both.'],
    ],
  ])('%j with %j is status 2 and says what is wrong', async (argv, env, expected) => {
    const { status, out, err } = await run(argv, { env });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    for (const part of expected) expect(err).toContain(part);
    expect(err).toMatch(/^holdfast: /);
    expect(err).not.toMatch(/canary|\n {4}at /);
  });

  it('in production leave nothing behind in the folder', async () => {
    const folder = newFolder();
    await run(['serve'], { folder });
    expect(existsSync(path.join(folder, '.holdfast'))).toBe(false);
  });

  it('an unknown environment is told, and behaves as production', async () => {
    const { status, err } = await run(['serve', '--env', 'prodution']);
    expect(status).toBe(2);
    expect(err).toContain('this is production on');
  });
});

describe('a port that is taken', () => {
  it('is status 1 with one line that says what to do', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    const { status, err } = await run(['serve', '--env', 'test', '--port', String(port)]);
    server.close();
    expect(status).toBe(1);
    expect(err).toMatch(
      new RegExp(`^holdfast: Expected port ${port} of 127\\.0\\.0\\.1 to be free, [^\\n]+\\n$`),
    );
  });
});

describe('an error that nothing caught', () => {
  it('ends the gateway with one line and status 1', async () => {
    const folder = newFolder();
    const script = path.join(folder, 'throws-later.mjs');
    writeFileSync(
      script,
      "process.on('SIGUSR2', () => { throw new TypeError('nobody caught me'); });\n",
    );
    const argv = ['--import', script, bin, 'serve', '--env', 'test', '--port', '0'];
    const gateway = new Running(argv, { folder });
    await gateway.shows(/"event":"listening"/);
    gateway.child.kill('SIGUSR2');
    expect(await gateway.ended).toBe(1);
    expect(gateway.err).toMatch(
      /^holdfast: Expected no error here, got TypeError: nobody caught me \(throws-later\.mjs:1\)\n$/,
    );
    expect(gateway.out).toMatch(/"event":"crashed"/);
  });
});

describe('the commands', () => {
  it('token does not wait for the server to be loaded', async () => {
    const folder = newFolder();
    const env = { ...secrets, NODE_V8_COVERAGE: folder };
    expect((await run(['token', '--user', 'anna'], { env })).status).toBe(0);
    const [report = ''] = readdirSync(folder);
    const { result } = JSON.parse(readFileSync(path.join(folder, report), 'utf8')) as {
      result: { url: string }[];
    };
    const loaded = result.map(({ url }) => url);
    expect(loaded.some((url) => url.endsWith('/dist/cli/token.js'))).toBe(true);
    const heavy =
      /\/dist\/server\/gateway\.js|\/packages\/holdfast\/|node_modules\/(?!commander|picocolors)/;
    expect(
      loaded.filter((url) =>
        heavy.test(url.replace('packages/gateway/node_modules', 'node_modules')),
      ),
    ).toEqual([]);
  });

  it('docs/options.md says what the gateway reads', async () => {
    const check = new Running([path.join(root, 'scripts/write-options.mjs'), '--check'], {});
    expect(await check.ended).toBe(0);
  });
});
