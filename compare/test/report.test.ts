import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { figures } from '../src/measures/figures.ts';
import { printTable } from '../src/report/print-table.ts';
import { rowsFor } from '../src/report/rows.ts';
import { writeBetweenMarks } from '../src/report/write-between-marks.ts';
import { Samples } from '../src/samples.ts';
import type { System } from '../src/systems/system.ts';

const [oneDead] = figures.lockOut;

function cellOf(title: string, samples: Samples): string | undefined {
  const row = rowsFor(90_000).find((one) => one.title === title);
  return row?.tell(samples);
}

describe('the table of a comparison', () => {
  it('tells the middle of all rounds, and a wait as long as the cap as longer', () => {
    const samples = new Samples();
    for (const ms of [10_000, 1_000, 2_000]) samples.keep(oneDead!, ms);
    expect(cellOf('Lock-out, 1 of 5 dead', samples)).toBe('2.00 s');
    const capped = new Samples();
    capped.keep(oneDead!, 90_000);
    expect(cellOf('Lock-out, 1 of 5 dead', capped)).toBe('> 90 s');
  });

  it('adds up all rounds of what is counted, and tells of how many', () => {
    const samples = new Samples();
    for (const killed of [5, 0, 1]) samples.keep(figures.killedQuietFull, killed);
    expect(cellOf('Live killed, quiet, full', samples)).toBe('6 of 15');
  });

  it('tells the slowest of a hundred as p99 by nearest rank', () => {
    const samples = new Samples();
    for (let ms = 1; ms <= 100; ms += 1) samples.keep(figures.creation, ms);
    expect(cellOf('Creation, p99', samples)).toBe('99.0 ms');
    expect(cellOf('Creation, p50', samples)).toBe('50.0 ms');
  });

  it('has a dash where nothing was measured, and a column for each system', () => {
    const title = 'Some system';
    const table = printTable(rowsFor(90_000), [
      { system: { title } as System, samples: new Samples() },
    ]);
    const [head = '', , first = ''] = table.split('\n');
    expect(head).toContain(title);
    expect(first).toMatch(/\| +– \|$/);
  });
});

describe('writing a table into a document', () => {
  it('replaces what stands between the marks and nothing else, and refuses a document without them', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'compare-'));
    const file = path.join(folder, 'some.md');
    const begin = '<!-- compare: as measured, written by `npm run compare -- --write` -->';
    try {
      await writeFile(file, `before\n${begin}\nold\n<!-- compare: end -->\nafter\n`);
      await writeBetweenMarks(file, 'new');
      expect(await readFile(file, 'utf8')).toBe(
        `before\n${begin}\n\nnew\n\n<!-- compare: end -->\nafter\n`,
      );
      await writeFile(file, 'nothing');
      await expect(writeBetweenMarks(file, 'new')).rejects.toThrow('<!-- compare:');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
