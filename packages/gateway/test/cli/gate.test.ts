import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { writeEvidence } from '../../src/proof/evidence/write-evidence.ts';
import { policyRows, seedPolicy } from '../../src/proof/gate/policy.ts';
import { formatPolicyValue, readPolicy } from '../../src/proof/gate/read-policy.ts';
import { goodRuns } from '../proof/gate/good-runs.ts';
import { run } from './fake-terminal.ts';

const key = 'a key that nobody else has: 32 bytes';
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-gate-'));
const staging = ['gate', 'verify', 'load', '--for', 'staging'];

beforeAll(async () => {
  const { verify, load, soak } = goodRuns(Date.now());
  for (const [name, evidence] of Object.entries({ verify, load, soak })) {
    await writeEvidence(path.join(folder, name), evidence);
    await writeEvidence(path.join(folder, 'signed', name), evidence, { key });
  }
});

function policyFile(text: string): string {
  const file = path.join(mkdtempSync(path.join(tmpdir(), 'holdfast-policy-')), 'policy.yaml');
  writeFileSync(file, text);
  return file;
}

describe('holdfast gate', () => {
  it('says go with status 0, what it saw, and that nobody signed it', async () => {
    const { status, out, err } = await run(staging, { folder });
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^GO for staging: all \d+ rules are met\.\n/);
    expect(out).toContain('- load/evidence.json: load of holdfast (test), ended 2');
    expect(out).toContain(
      'commit 0123456789ab, not signed: who wrote the file could have written anything.',
    );
    expect(out).not.toContain('Not met');
  });

  it('says no-go with status 1, and every reason on the standard output', async () => {
    const { status, out, err } = await run(['gate', 'verify', 'gone', '--for', 'production'], {
      folder,
    });
    expect({ status, err }).toEqual({ status: 1, err: '' });
    expect(out).toMatch(/^NO-GO for production: \d+ of \d+ rules are not met\.\n/);
    expect(out).toContain('- gone/evidence.json is missing.\n');
    expect(out).toContain(
      '- Expected evidence of `holdfast soak` for production (soak), got none. Run `holdfast soak … --out DIR`, and give DIR to the gate.\n',
    );
  });

  it('asks for a signature once it has a key, from its flag or its variable', async () => {
    const signed = ['gate', 'signed/verify', 'signed/load', '--for', 'staging'];
    const env = { HOLDFAST_EVIDENCE_KEY: key };
    expect((await run(staging, { folder, env })).status).toBe(1);
    const { status, out } = await run([...signed, '--evidence-key', key], { folder });
    expect(status).toBe(0);
    expect(out).toContain('signed, and the signature is good.');
    expect((await run(signed, { folder, env })).status).toBe(0);
    const unchecked = await run(signed, { folder });
    expect(unchecked.status).toBe(0);
    expect(unchecked.out).toContain('signed, which was not checked: no evidence key was given.');
    const other = await run([...signed, '--evidence-key', `${key}!`], { folder });
    expect(other.status).toBe(1);
    expect(other.out).toContain(
      'a signature that was made with another key, or over other evidence',
    );
    expect(other.out + other.err).not.toContain(key);
  });

  it('prints the same as JSON', async () => {
    const { status, out } = await run([...staging, '--json', '--commit', 'ffffffff'], { folder });
    expect(status).toBe(1);
    const answer = JSON.parse(out) as Record<string, unknown>;
    expect(answer).toMatchObject({ isGo: false, destination: 'staging', commit: 'ffffffff' });
    const open = (answer['rulings'] as { rule: string; outcome: string }[]).filter(
      ({ outcome }) => outcome !== 'met',
    );
    expect(open.map(({ rule }) => rule)).toEqual(['commit']);
    expect(answer['evidence']).toMatchObject([
      { kind: 'verify', signature: 'none' },
      { kind: 'load' },
    ]);
  });

  it.each([
    [['gate'], 'Expected DIR to be given, got nothing.'],
    [['gate', 'x', '--for', 'prod'], 'Expected `--for` to be staging or production, got `prod`.'],
    [
      ['gate', 'x', '--commit', 'HEAD'],
      'Expected `--commit` to be a commit of 7 or more hexadecimal digits, got `HEAD`.',
    ],
    [
      ['gate', 'x', '--evidence-key', 'short'],
      'Expected `--evidence-key` to have 32 bytes or more, got 5.',
    ],
    [
      ['gate', 'x', '--policy', 'gone.yaml'],
      'Expected `--policy` to be a readable YAML or JSON file with settings, got `gone.yaml`, which cannot be read (ENOENT).',
    ],
  ])('%j is wrong usage', async (argv, expected) => {
    const { status, out, err } = await run(argv, { folder });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(expected);
  });
});

describe('a policy', () => {
  it('changes the numbers it names and no others', async () => {
    const stricter = policyFile('creationP99Below: 2ms\n');
    const { status, out } = await run([...staging, '--policy', stricter], { folder });
    expect(status).toBe(1);
    expect(out).toContain(
      'Expected a 99th percentile of creating a session below 2 ms, of 100 or more (creationP99Below), got 2.96 ms of 300 (`samples/creation`).',
    );
    expect(out).toMatch(/^NO-GO for staging: 1 of /);
    const inJson = policyFile('{"creationP99Below": "3ms"}');
    expect((await run([...staging, '--policy', inJson], { folder })).status).toBe(0);
  });

  it('with an unknown key is wrong usage that names the nearest', async () => {
    const file = policyFile('maxAgee: 1h\nminUsr: 3\n');
    const { status, out, err } = await run([...staging, '--policy', file], { folder });
    expect({ status, out }).toEqual({ status: 2, out: '' });
    expect(err).toContain(
      'Expected every key of a policy to be a known one, got `maxAgee`. The nearest is `maxAge`.',
    );
    expect(err).toContain('got `minUsr`. The nearest is `minUsers`.');
  });

  it.each([
    [
      'maxAge: yesterday',
      'Expected `maxAge` to be a duration such as 24h or 100ms, got `yesterday`.',
    ],
    [
      'maxLimitFailures: -1',
      'Expected `maxLimitFailures` to be a whole number, 0 or more, got `-1`.',
    ],
    ['maxLimitFailures: 0.5', 'got `0.5`.'],
    ['maxLimitFailures: none', 'got `none`.'],
    [
      'minBackgroundPercent: 101',
      'Expected `minBackgroundPercent` to be a number from 0 to 100, got `101`.',
    ],
    ['minBackgroundPercent: "95"', 'got `95`.'],
    ['steady: memory', 'Expected `steady` to be a list of texts, got `memory`.'],
    ['steady: [1]', 'Expected `steady` to be a list of texts, got something else.'],
    ['maxAge: {}', 'Expected `maxAge` to be a duration such as 24h or 100ms, got something else.'],
    ['- maxAge', 'whose top level is not a list of keys with values'],
  ])('of `%s` is wrong usage', async (text, expected) => {
    const { status, err } = await run(['gate', 'verify', '--policy', policyFile(text)], { folder });
    expect(status).toBe(2);
    expect(err).toContain(expected);
  });

  it('that says what is so anyway changes nothing', () => {
    const entries = policyRows.map((row) => {
      const value = formatPolicyValue(row, seedPolicy);
      const isPlain = row.kind === 'duration';
      return [row.key, isPlain ? value : seedPolicy[row.field]] as const;
    });
    expect(readPolicy(new Map(entries))).toEqual({ ok: true, policy: seedPolicy });
    expect(policyRows.map(({ field }) => field).toSorted()).toEqual(
      Object.keys(seedPolicy).toSorted(),
    );
  });
});
