import { UsageError } from 'holdfast';
import { describe, expect, it } from 'vitest';
import { describeCrash } from '../../src/cli/crash.ts';
import { toStartFailure } from '../../src/cli/start-failure.ts';
import type { ServeConfig } from '../../src/server/config/serve-config.ts';
import { run } from './fake-terminal.ts';

const config = { host: '192.0.2.1', port: 80 } as ServeConfig;

function withCode(code: string): Error {
  return Object.assign(new Error('listen'), { code });
}

describe('a gateway that does not start', () => {
  it.each([
    ['EADDRINUSE', 1, 'Expected port 80 of 192.0.2.1 to be free, got one in use.'],
    ['EACCES', 1, 'Ports under 1024 need a privilege'],
    ['EADDRNOTAVAIL', 2, 'Expected `--host` to be an address of this machine'],
    ['ENOTFOUND', 2, 'Expected `--host` to be an address of this machine'],
  ])('because of %s is status %d and says what to do', (code, status, expected) => {
    const failure = toStartFailure(withCode(code), config);
    expect(failure.status).toBe(status);
    expect(failure.message).toContain(expected);
  });

  it('because of contradicting options names both flags', () => {
    const error = new UsageError(
      'contradicting-options',
      'Expected `probeTimeoutMs` to be at most `pingTimeoutMs`, got 2 and 1.',
      ['probeTimeoutMs', 'pingTimeoutMs'],
    );
    const failure = toStartFailure(error, config);
    expect(failure.status).toBe(2);
    expect(failure.problems).toEqual([
      'Expected `--probe-timeout` to be at most `--ping-timeout`, got 2 and 1.',
    ]);
  });

  it('for another reason is no failure of a known kind', () => {
    const error = new Error('who knows');
    expect(() => toStartFailure(error, config)).toThrow(error);
  });
});

describe('settings that cannot be used', () => {
  it('are told all together, with status 2', async () => {
    const env = { HOLDFAST_PROT: '1', HOLDFAST_AUTH_SECRET: 'canary' };
    const flags = ['--port', '70000', '--message-rate', '50'];
    const { status, out, err } = await run(['serve', '--env', 'production', ...flags], { env });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err.split('\n')).toEqual([
      'holdfast: 5 problems',
      expect.stringContaining('got HOLDFAST_PROT. The nearest is HOLDFAST_PORT.'),
      expect.stringContaining('Expected `--port` to be a whole number from 0 to 65535'),
      expect.stringContaining(
        'Expected `--message-rate` to be a rate in whole numbers from 1/s to 1000000/s, such as 50/s, got `50`.',
      ),
      expect.stringContaining('Expected `--auth-secret` to be at least 32 bytes in UTF-8, got 6.'),
      expect.stringContaining('Expected `--admin-token` to be given, got nothing.'),
      '',
    ]);
    expect(err).not.toContain('canary');
  });
});

describe('an error that nothing caught', () => {
  it('is one line with its kind, its code and its place', () => {
    const error = Object.assign(new TypeError('two\nlines'), { code: 'E_X' });
    expect(describeCrash(error)).toMatch(
      /^Expected no error here, got TypeError E_X: two lines \(failures\.test\.ts:\d+\)$/,
    );
  });

  it('may be no error at all', () => {
    expect(describeCrash('a text')).toContain('got a thrown value that is none');
    expect(describeCrash(undefined)).toContain('got a thrown value that is none');
  });
});
