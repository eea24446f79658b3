import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, endProcesses, newFolder, run, SECRET } from './command-process.ts';

afterEach(endProcesses);

describe('settings that cannot be used', () => {
  const file = 'pingInterva: 3s\nport: many\nauthSecret: canary-secret\n';
  const configured = ['serve', '--env', 'test', '--port', '0'];

  it.each([
    [['serve', '--prot', '1'], {}, ['got `--prot`. The nearest is `--port`.']],
    [['serve', '--port'], {}, ['Expected `--port` to have a value, got nothing.']],
    [[...configured, '--ping-timeout', 'soon'], {}, ['Expected `--ping-timeout` to be a duration']],
    [configured, { HOLDFAST_PROT: '1' }, ['got HOLDFAST_PROT. The nearest is HOLDFAST_PORT.']],
    [configured, { HOLDFAST_PING_TIMEOUT: 'soon' }, ['Expected HOLDFAST_PING_TIMEOUT to be a dur']],
    [
      ['serve', '--env', 'test', '--config', 'holdfast.yaml'],
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
      [...configured, '--webhook-url', 'http://127.0.0.1:9000/'],
      {},
      ['Expected `--webhook-secret` to be given with `--webhook-url`, got nothing'],
    ],
    [
      configured,
      { HOLDFAST_WEBHOOK_SECRET: SECRET },
      ['Expected `--webhook-url` to be given with `--webhook-secret`, got nothing.'],
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
    const folder = newFolder();
    writeFileSync(path.join(folder, 'holdfast.yaml'), file);
    const { status, out, err } = await run(argv, { folder, env });
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
