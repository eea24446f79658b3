import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from './client.ts';
import { bin, CommandProcess, endProcesses, newFolder, run, serve } from './command-process.ts';

afterEach(endProcesses);

describe('stopping', () => {
  it.each(['SIGINT', 'SIGHUP'] as const)('by %s is as good as by SIGTERM', async (signal) => {
    const { gateway } = await serve();
    gateway.child.kill(signal);
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

  it('by SIGHUP goes on where another one follows: the shell and the kernel each send one when a terminal is closed', async () => {
    const { gateway, place, url } = await serve();
    const token = await run(['token', '--user', 'anna'], place);
    const { ws } = await connect(url, token.out.trim());
    const closed = once(ws, 'close');
    // Until it reads its close, the gateway waits for it.
    ws.pause();
    gateway.child.kill('SIGHUP');
    await gateway.shows(/"event":"draining"/);
    gateway.child.kill('SIGHUP');
    ws.resume();
    const [code] = (await closed) as [number];
    expect(code).toBe(1012);
    expect(await gateway.ended).toBe(0);
    expect(gateway.err).toBe('');
  });

  it('by a signal that comes while it starts lets the start come to its end first', async () => {
    const folder = newFolder();
    const script = path.join(folder, 'stops-early.mjs');
    writeFileSync(
      script,
      "process.on('newListener', (name) => { if (name === 'SIGTERM') setImmediate(() => process.kill(process.pid, name)); });\n",
    );
    const argv = ['--import', script, bin, 'serve', '--env', 'test', '--port', '0'];
    const gateway = new CommandProcess(argv, { folder });
    expect(await gateway.ended).toBe(0);
    expect(gateway.err).toBe('');
    const told = [...gateway.out.matchAll(/"event":"(\w+)"/g)].map(([, event]) => event);
    expect(told.slice(-3)).toEqual(['listening', 'draining', 'stopped']);
  });
});

describe('holdfast drain', () => {
  it('lets the gateway go, and says so when it is gone', async () => {
    const { gateway, place, url } = await serve();
    const token = await run(['token', '--user', 'anna'], place);
    const { ws } = await connect(url, token.out.trim());
    const closed = once(ws, 'close');
    const { status, out, err } = await run(['drain'], place);
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^Drained node \w+ with 1 session in \d+m?s\.\n$/);
    const [code] = (await closed) as [number];
    expect(code).toBe(1012);
    expect(await gateway.ended).toBe(0);
    const again = await run(['drain'], place);
    expect(again.status).toBe(1);
    expect(again.err).toContain('nothing listens there');
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
    const gateway = new CommandProcess(argv, { folder });
    await gateway.shows(/"event":"listening"/);
    gateway.child.kill('SIGUSR2');
    expect(await gateway.ended).toBe(1);
    expect(gateway.err).toMatch(
      /^holdfast: Expected no error here, got TypeError: nobody caught me \(throws-later\.mjs:1\)\n$/,
    );
    expect(gateway.out).toMatch(/"event":"crashed"/);
  });
});
