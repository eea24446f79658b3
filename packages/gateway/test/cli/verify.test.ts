import { describe, expect, it } from 'vitest';
import { run } from './fake-terminal.ts';

describe('holdfast verify --list', () => {
  it('prints every scenario with its claim, and plays none', async () => {
    const { status, out, err } = await run(['verify', '--list']);
    expect(status).toBe(0);
    expect(err).toBe('');
    expect(out).toMatch(/^limits\/reloads-never-reach-the-limit\n {2}A close frees its slot/m);
    expect(out).toMatch(/^\d+ scenarios\n$/m);
  });

  it('takes categories and patterns, and prints JSON', async () => {
    const argv = [
      'verify',
      '--list',
      '--json',
      '--category',
      'limits',
      '--pattern',
      '*manager*limit*',
    ];
    const { out } = await run(argv);
    const { scenarios } = JSON.parse(out) as { scenarios: { name: string; claim: string }[] };
    expect(scenarios.length).toBeGreaterThan(2);
    for (const { name } of scenarios) expect(name).toMatch(/^limits\/.*manager.*limit/);
  });
});

describe('holdfast verify, wrongly used, is status 2 and one line', () => {
  it.each([
    [['--category', 'integration'], 'sorted by what they are about'],
    [['--pattern', 'nothing-like-it'], 'which matches none'],
    [['--env', 'stagin'], 'The nearest is `staging`'],
    [['--seed', '-1'], '`--seed` to be a whole number'],
    [['--repeat', '0'], '`--repeat` to be a whole number'],
    [['--admin-token', 'canary'], '`--admin-token` to come with `--target`'],
    [['--test-pattern', '*x*'], '`--pattern`'],
    [['--real-services'], 'Leave it out'],
    [['--target', 'localhost'], 'to be the http or https address'],
  ])('%s', async (argv, expected) => {
    const { status, out, err } = await run(['verify', ...argv]);
    expect(status).toBe(2);
    expect(out).toBe('');
    expect(err).toContain(expected);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(err).not.toContain('canary');
  });

  it('a target without the secret its tokens are signed with is status 1', async () => {
    const { status, err } = await run(['verify', '--target', 'http://127.0.0.1:9']);
    expect(status).toBe(1);
    expect(err).toContain('Expected a secret to sign with');
  });
});
