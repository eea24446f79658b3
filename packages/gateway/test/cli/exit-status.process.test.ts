import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connect } from './client.ts';
import { bin, CommandProcess, endProcesses, newFolder, run, serve } from './command-process.ts';

afterEach(endProcesses);

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
