import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SoakRecord } from '../../../src/cli/load/soak-record.ts';

const asked = { settings: { users: 50, sessions: 5, seed: 7 }, target: null };
const memory = { name: 'resident-memory', unit: 'bytes' };

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-soak-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A soak that measured something and was then killed. */
function killed(): void {
  const record = SoakRecord.open(folder, asked);
  record.measures.sample({ name: 'connect', unit: 'ms' }, 3.5);
  record.measures.point(memory, 1_000, 99);
  record.mark({ atMs: 5, kind: 'note', what: 'population reached' });
  record.flush();
}

describe('a soak that was interrupted', () => {
  it('goes on with everything it had measured', () => {
    killed();
    const again = SoakRecord.open(folder, { ...asked, settings: { ...asked.settings, seed: 8 } });
    expect(again.seed).toBe(7);
    expect(again.measures.samples).toMatchObject([{ name: 'connect', values: [3.5] }]);
    expect(again.series).toMatchObject([{ points: [[1_000, 99]] }]);
    expect(again.marks).toMatchObject([{ what: 'population reached' }]);
  });

  it('loses no more than the line that was being written', () => {
    killed();
    appendFileSync(path.join(folder, 'journal.jsonl'), '["point","resident-memo');
    const again = SoakRecord.open(folder, asked);
    expect(again.measures.samples).toMatchObject([{ values: [3.5] }]);
    again.measures.point(memory, 2_000, 100);
    again.flush();
    expect(SoakRecord.open(folder, asked).series).toMatchObject([
      {
        points: [
          [1_000, 99],
          [2_000, 100],
        ],
      },
    ]);
  });

  it('does not go on as another one', () => {
    killed();
    const other = { ...asked, settings: { ...asked.settings, users: 60 } };
    expect(() => SoakRecord.open(folder, other)).toThrow(
      /Expected the soak in .* to go on as it began, with users `50`, got `60`/,
    );
    expect(() => SoakRecord.open(folder, { ...asked, target: 'http://other' })).toThrow(/target/);
  });

  it('begins anew once its evidence is written', () => {
    killed();
    SoakRecord.open(folder, asked).finish();
    expect(SoakRecord.open(folder, asked).measures.samples).toEqual([]);
  });
});
