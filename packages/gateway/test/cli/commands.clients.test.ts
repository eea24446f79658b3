import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { connect, type Frame } from './client.ts';
import {
  ADMIN,
  CommandProcess,
  endProcesses,
  newFolder,
  run,
  secrets,
  serve,
  start,
} from './command-process.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

afterEach(endProcesses);

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
    const check = new CommandProcess([path.join(root, 'scripts/write-options.mjs'), '--check']);
    expect(await check.ended).toBe(0);
  });

  it('docs/proof-kit.md lists the scenarios there are', async () => {
    const script = path.join(root, 'scripts/write-proof-kit.mjs');
    expect(await new CommandProcess([script, '--check']).ended).toBe(0);
  });

  it('docs/protocol.schema.json says what the gateway speaks', async () => {
    const script = path.join(root, 'scripts/write-protocol-schema.mjs');
    expect(await new CommandProcess([script, '--check']).ended).toBe(0);
  });
});
