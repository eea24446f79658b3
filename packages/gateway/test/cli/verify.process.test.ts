import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/proof/evidence/evidence.ts';
import { ADMIN, endProcesses, run, SECRET, secrets, start } from './command-process.ts';
import { LeakyTarget } from './leaky-target.ts';

afterEach(endProcesses);

function newFolder(): string {
  return path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-verify-')), 'evidence');
}

function readEvidence(folder: string): Evidence {
  return JSON.parse(readFileSync(path.join(folder, 'evidence.json'), 'utf8')) as Evidence;
}

const stagingCommand = [
  ...['verify', '--category', 'limits', '--env', 'staging'],
  ...['--pattern', '*manager*limit-refusal*', '--verbose', '--fail-fast'],
];

describe('holdfast verify', () => {
  it('I1 plays what was asked for against a gateway it starts, and keeps the evidence', async () => {
    const folder = newFolder();
    const { status, out, err } = await run([...stagingCommand, '--out', folder, '--seed', '7']);
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(out).toContain('passed   1/1  limits/manager-limit-refusal-is-honest');
    expect(out).toContain('1 passed, 0 failed');
    expect(out).not.toContain('\u001B');
    const evidence = readEvidence(folder);
    expect(evidence).toMatchObject({
      format: 'holdfast-evidence/1',
      kind: 'verify',
      isComplete: true,
      target: { url: null, environment: 'staging' },
      settings: { seed: 7 },
      planned: ['limits/manager-limit-refusal-is-honest'],
    });
    expect(evidence.scenarios[0]?.samples.length).toBeGreaterThan(5);
  });

  it('FM-01 tells why a target failed, and how to see it again, and never a secret', async () => {
    const target = new LeakyTarget();
    const url = await target.listen();
    const folder = newFolder();
    const argv = ['verify', '--target', url, '--seed', '7', '--out', folder];
    const patterns = [
      '--pattern',
      '*reloads*',
      '--pattern',
      '*at-run-time',
      '--pattern',
      'test-clean*',
    ];
    const { status, out, err } = await run([...argv, ...patterns], { env: secrets });
    target.close();
    expect(status).toBe(1);
    expect(err).toBe('holdfast: 2 of 3 scenarios failed.\n');
    expect(out).toMatch(/FAILED .*limits\/reloads-never-reach-the-limit/);
    expect(out).toContain('cause     Slots are not given back when a client closes.');
    expect(out).toContain('got       4429 user-limit');
    expect(out).toContain(
      `alone     holdfast verify --target '${url}' --pattern 'limits/reloads-never-reach-the-limit' --seed 7`,
    );
    expect(out).toContain('Bearer (secret)');
    expect(out).toMatch(/n\/a .*environment\/test-cleans-up-every-30-seconds/);
    expect(out).toContain('0 passed, 2 failed, 1 not applicable');
    const written = out + err + JSON.stringify(readEvidence(folder));
    for (const secret of [SECRET, ADMIN, 'eyJ']) expect(written).not.toContain(secret);
  });

  it('fails where nothing applied: then nothing is proven', async () => {
    const target = new LeakyTarget();
    const url = await target.listen();
    const argv = ['verify', '--target', url, '--pattern', '*test-cleans-up*', '--json'];
    const { status, out, err } = await run(argv, { env: secrets });
    target.close();
    expect(status).toBe(1);
    expect(err).toContain('nothing is proven');
    expect(JSON.parse(out)).toMatchObject({ passed: 0, failed: 0, notApplicable: 1 });
  });

  it('interrupted, takes away what it opened and keeps what was played', async () => {
    const folder = newFolder();
    const patterns = ['--pattern', '*reloads*', '--pattern', '*manual*'];
    const command = start(['verify', '--out', folder, ...patterns]);
    await command.shows(/passed +1\/2/);
    command.child.kill('SIGINT');
    expect(await command.ended).toBe(1);
    expect(command.err).toBe('holdfast: The run was interrupted. 1 of 2 were not played.\n');
    expect(command.out).toContain('1 passed, 0 failed');
    expect(readEvidence(folder)).toMatchObject({
      isComplete: false,
      planned: [expect.stringContaining('reloads'), expect.stringContaining('manual')],
      scenarios: [{ verdict: { outcome: 'passed' } }],
    });
  });

  it('says that nothing listens at a target, before it plays anything', async () => {
    const target = new LeakyTarget();
    const url = await target.listen();
    target.close();
    const { status, out, err } = await run(['verify', '--target', url], { env: secrets });
    expect(status).toBe(1);
    expect(out).toBe('');
    expect(err).toMatch(/nothing listens there.*`--target` names another/);
  });
});
