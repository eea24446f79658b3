import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LineSink } from '../../../src/server/log/line-sink.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lines-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe('the sink of the log', () => {
  it('writes every line, in order', async () => {
    const file = path.join(folder, 'log');
    const fd = openSync(file, 'w');
    const sink = new LineSink({ fd });
    const lines = Array.from({ length: 1000 }, (_, index) => `line ${index} ä\n`);
    for (const line of lines) sink.write(line);
    await sink.flush(5000);
    closeSync(fd);
    expect(readFileSync(file, 'utf8')).toBe(lines.join(''));
  });

  it('I12 keeps a bounded amount, leaves the rest out, and tells how many when it writes again', async () => {
    const file = path.join(folder, 'log');
    const fd = openSync(file, 'w');
    const told: string[] = [];
    const sink = new LineSink({
      fd,
      mostBytes: 100,
      onTrouble: (error) => told.push(error.message),
      onRecovered: (leftOut) => told.push(`left out: ${leftOut}`),
    });
    for (let count = 0; count < 30; count += 1) sink.write('123456789\n');
    await sink.flush(5000);
    closeSync(fd);
    expect(readFileSync(file, 'utf8')).toBe('123456789\n'.repeat(10));
    expect(told).toEqual(['Nobody reads the log fast enough.', 'left out: 20']);
  });

  it('I6 neither throws nor writes any more when nobody can read it', async () => {
    const fd = openSync(path.join(folder, 'log'), 'w');
    closeSync(fd);
    const told: string[] = [];
    const sink = new LineSink({ fd: 9999, onTrouble: (error) => told.push(error.message) });
    sink.write('one\n');
    await sink.flush(5000);
    sink.write('two\n');
    await sink.flush(5000);
    expect(told).toEqual(['The reader of the log is gone.']);
    expect(sink.leftOut).toBe(1);
  });

  it('waits no longer than asked for a log that cannot be written', async () => {
    const told: string[] = [];
    const full = openSync('/dev/full', 'w');
    const sink = new LineSink({ fd: full, onTrouble: (error) => told.push(error.message) });
    sink.write('one\n');
    const startedAt = performance.now();
    await sink.flush(50);
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(told[0]).toContain('ENOSPC');
    closeSync(full);
  });
});
