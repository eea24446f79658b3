import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { listOptionDescriptors } from '../../src/server/config/option-descriptors.ts';
import { run } from './fake-terminal.ts';

const commands = [
  'serve',
  'token',
  'sessions',
  'nodes',
  'reap',
  'close',
  'drain',
  'verify',
  'load',
  'soak',
  'gate',
  'rollout',
];

describe('help', () => {
  it('lists the commands there are and no other', async () => {
    const { status, out, err } = await run(['--help']);
    expect(status).toBe(0);
    expect(err).toBe('');
    const listed = [...out.slice(out.indexOf('Commands:')).matchAll(/^ {2}([a-z]+)/gm)];
    expect(listed.map((match) => match[1])).toEqual([...commands, 'help']);
  });

  it.each(commands)('of %s shows examples of it, on the standard output', async (command) => {
    const { status, out, err } = await run([command, '--help']);
    expect(status).toBe(0);
    expect(err).toBe('');
    expect(out.slice(out.indexOf('Examples:'))).toContain(`  holdfast ${command}`);
    expect(await run(['help', command])).toEqual({ status, out, err });
  });

  it('of serve names every option with its variable and its default', async () => {
    const { out } = await run(['serve', '--help']);
    const text = out.replaceAll(/\s+/g, ' ');
    for (const { flags, description, variable } of listOptionDescriptors()) {
      expect(text).toContain(`${flags} ${description} [${variable}]`);
    }
  });

  it('has no colours where no person reads', async () => {
    expect((await run(['--help'])).out).not.toContain('\u001B');
    expect((await run(['--help'], { isTerminal: true })).out).toContain('\u001B');
  });

  it('goes to stderr with status 2 when no command is given', async () => {
    const { status, out, err } = await run([]);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain('Commands:');
  });

  it('prints the version of the package', async () => {
    const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };
    expect(await run(['--version'])).toEqual({ status: 0, out: `${version}\n`, err: '' });
  });
});

describe('a command line that does not fit', () => {
  it.each([
    [
      ['srve'],
      `Expected a command (${[...commands, 'help'].join(', ')}), got \`srve\`. The nearest is \`serve\`.`,
    ],
    [['help', 'tokn'], 'got `tokn`. The nearest is `token`.'],
    [['serve', '--prot', '80'], 'got `--prot`. The nearest is `--port`.'],
    [['serve', '--prot=80'], 'got `--prot`. The nearest is `--port`.'],
    [
      ['serve', '--max-sesions', '4'],
      'got `--max-sesions`. The nearest is `--max-sessions-per-user`.',
    ],
    [['token', '--usr', 'anna'], 'got `--usr`. The nearest is `--user`.'],
    [['sessions', '--jsn'], 'got `--jsn`. The nearest is `--json`.'],
    [['close', '-anna'], 'To give it as USER, put -- in front of it.'],
    [['--verison'], 'got `--verison`. The nearest is `--version`.'],
    [['token', '--user'], 'Expected `--user` to have a value, got nothing.'],
    [['close'], 'Expected USER to be given, got nothing.'],
    [['close', 'anna', 'berta'], 'Expected one argument, got 2: `anna`, `berta`.'],
    [['token', 'anna'], 'Expected no arguments, got 1: `anna`.'],
    [['serve', 'now'], 'Expected no arguments, got 1: `now`.'],
  ])('%j is status 2 and one line on stderr', async (argv, expected) => {
    const { status, out, err } = await run(argv);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(expected);
    expect(err).toMatch(/^holdfast: Expected [^\n]+ tells more\.\n$/);
  });

  it('does not repeat what looks like a secret behind an unknown flag', async () => {
    const { err } = await run(['serve', '--auth-secrt=canary-0123456789-0123456789-01234']);
    expect(err).toContain('`--auth-secret`');
    expect(err).not.toContain('canary');
  });

  it('repeats nothing that could steer the terminal', async () => {
    const { err } = await run(['\u001B[31mserve']);
    expect(err).not.toContain('\u001B');
  });
});
