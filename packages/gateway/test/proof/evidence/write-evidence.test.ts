import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { locateEvidence, readEvidence } from '../../../src/proof/evidence/read-evidence.ts';
import { findCommit, findRunFacts } from '../../../src/proof/evidence/run-facts.ts';
import { writeEvidence } from '../../../src/proof/evidence/write-evidence.ts';
import { someEvidence } from './some-evidence.ts';

const key = 'k'.repeat(32);

function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'holdfast-evidence-'));
}

describe('a folder of evidence', () => {
  it('holds evidence, JUnit and a report, and is made where it is not there', async () => {
    const folder = path.join(newFolder(), 'some', 'run');
    const sealed = await writeEvidence(folder, someEvidence(), { key });
    expect(readdirSync(folder).toSorted()).toEqual(['evidence.json', 'junit.xml', 'report.html']);
    const found = await readEvidence(await locateEvidence(folder), key);
    expect(found).toEqual({
      ok: true,
      evidence: sealed,
      seal: { isWhole: true, signature: 'good' },
    });
    // The file itself is as good as its folder.
    const file = path.join(folder, 'evidence.json');
    expect(await locateEvidence(file)).toBe(file);
    expect(readFileSync(file, 'utf8')).toContain('"values": [1.5,0.25,3]\n');
  });

  it('is replaced by the next run into it', async () => {
    const folder = newFolder();
    await writeEvidence(folder, someEvidence());
    await writeEvidence(folder, someEvidence({ isComplete: false, planned: ['a/b'] }));
    const found = await readEvidence(path.join(folder, 'evidence.json'));
    expect(found).toMatchObject({ ok: true, evidence: { isComplete: false } });
  });

  it('is not begun where a value is none of JSON', async () => {
    const folder = path.join(newFolder(), 'run');
    const broken = someEvidence({ samples: [{ name: 'x', unit: 'ms', values: [Number.NaN] }] });
    await expect(writeEvidence(folder, broken)).rejects.toThrow('$.samples[0].values[0]');
    expect(await readEvidence(path.join(folder, 'evidence.json'))).toEqual({
      ok: false,
      problem: 'is missing',
    });
  });

  it('that cannot be read says so', async () => {
    const folder = newFolder();
    mkdirSync(path.join(folder, 'evidence.json'));
    const found = await readEvidence(await locateEvidence(folder));
    expect(found).toEqual({ ok: false, problem: 'cannot be read (EISDIR)' });
  });
});

describe('the commit of a run', () => {
  it('is that of the checkout, marked where a file was changed, and none elsewhere', async () => {
    const folder = newFolder();
    expect(await findCommit(folder)).toBeNull();
    const git = (...words: string[]): string =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@example.com', ...words], {
        cwd: folder,
        encoding: 'utf8',
      });
    git('init', '-q');
    expect(await findCommit(folder)).toBeNull();
    writeFileSync(path.join(folder, 'a'), '1');
    git('add', '.');
    git('commit', '-qm', 'one');
    const head = git('rev-parse', 'HEAD').trim();
    writeFileSync(path.join(folder, 'not-known'), '1');
    expect(await findCommit(folder)).toBe(head);
    writeFileSync(path.join(folder, 'a'), '2');
    expect((await findRunFacts(folder)).commit).toBe(`${head}+`);
  });
});
