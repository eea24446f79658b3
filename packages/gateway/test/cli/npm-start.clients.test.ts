import { afterEach, describe, expect, it } from 'vitest';
import { connect } from './client.ts';
import { endProcesses, newFolder, run, secrets, serve, start } from './command-process.ts';

afterEach(endProcesses);

describe('npm start', () => {
  it('takes one Ctrl-C, which npm hands on as a second signal, for one', async () => {
    const folder = newFolder();
    const argv = ['serve', '--env', 'development', '--port', '0', '--drain-timeout', '2s'];
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
