import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../../src/proof/evidence/evidence.ts';
import { peakOf, pointsOf, valuesOf } from '../../../src/proof/evidence/tally.ts';

const bin = fileURLToPath(new URL('../../../bin/holdfast.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-load-'));
const small = ['--users', '10', '--sessions', '3', '--rate', '50/s', '--events', '50/s'];

afterAll(() => rmSync(folder, { recursive: true }));

/** Ends a run once its journal has so many lines. */
interface Ending {
  readonly file: string;
  readonly lines: number;
  /** SIGKILL: the whole group, with the gateway it has started. */
  readonly signal: 'SIGKILL' | 'SIGHUP';
}

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
  /** The process group it had to itself, with the gateway it has started. */
  readonly group: number;
}

/** Runs `holdfast` with these arguments. */
async function run(argv: readonly string[], ending?: Ending): Promise<Ended> {
  const child = spawn(process.execPath, [bin, ...argv], { cwd: folder, detached: true });
  const told = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (told.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (told.err += chunk.toString()));
  const ended = once(child, 'close');
  const timer = setInterval(() => {
    if (ending === undefined || !existsSync(ending.file)) return;
    if (readFileSync(ending.file, 'utf8').split('\n').length < ending.lines) return;
    const pid = child.pid ?? 0;
    process.kill(ending.signal === 'SIGKILL' ? -pid : pid, ending.signal);
    clearInterval(timer);
  }, 20);
  await ended;
  clearInterval(timer);
  return { status: child.exitCode, ...told, group: child.pid ?? 0 };
}

function evidenceIn(name: string): Evidence {
  return JSON.parse(readFileSync(path.join(folder, name, 'evidence.json'), 'utf8')) as Evidence;
}

describe('holdfast load', () => {
  it('fills a gateway, has clients leave, freeze and come again, and keeps every measurement', async () => {
    const argv = ['load', ...small, '--frozen', '20%', '--duration', '2s', '--out', 'load'];
    const { status, out } = await run(argv);
    expect(status).toBe(0);
    expect(out).toMatch(/connect +\d+ +\d+\.\d +\d+\.\d/);
    const evidence = evidenceIn('load');
    // 24 that are alive fill their places, and a hundred in two seconds leave and come again.
    expect(valuesOf(evidence, 'connect')).toHaveLength(124);
    expect(valuesOf(evidence, 'reload')).toHaveLength(100);
    expect(valuesOf(evidence, 'connect-over-frozen')).toHaveLength(6);
    expect(valuesOf(evidence, 'event')?.length).toBeGreaterThan(100);
    for (const name of ['refused', 'ended', 'lost']) expect(valuesOf(evidence, name)).toBeNull();
    expect(evidence).toMatchObject({ kind: 'load', isComplete: true });
    expect(peakOf(evidence, 'sessions')).toBe(30);
    for (const name of ['resident-memory', 'open-files', 'drift', 'target-process'])
      expect(pointsOf(evidence, name)?.length).toBeGreaterThan(1);
  });
});

describe('holdfast soak', () => {
  it('goes on after kill -9 with what it had measured', async () => {
    const argv = ['soak', ...small, '--duration', '3s', '--out', 'soak'];
    const file = path.join(folder, 'soak', 'journal.jsonl');
    expect((await run(argv, { file, lines: 50, signal: 'SIGKILL' })).status).toBeNull();
    const before = readFileSync(file, 'utf8').match(/^\["sample","connect"/gm)?.length ?? 0;
    const { status, out } = await run(argv);
    expect(status).toBe(0);
    expect(out).toContain('Evidence in');
    expect(existsSync(file)).toBe(false);
    const evidence = evidenceIn('soak');
    expect(valuesOf(evidence, 'connect')?.length).toBeGreaterThan(before + 20);
    expect(new Set(pointsOf(evidence, 'target-process')?.map(([, value]) => value)).size).toBe(2);
    expect(evidence.marks.map(({ what }) => what).join()).toContain('goes on; ');
  });

  it('ends when its terminal is closed, leaves no gateway behind, and says how to go on', async () => {
    const argv = ['soak', ...small, '--duration', '1h', '--out', 'closed'];
    const file = path.join(folder, 'closed', 'journal.jsonl');
    const { status, err, group } = await run(argv, { file, lines: 50, signal: 'SIGHUP' });
    expect(status).toBe(1);
    expect(err).toContain('goes on from here');
    expect(evidenceIn('closed').isComplete).toBe(false);
    expect(() => process.kill(-group, 0)).toThrow('ESRCH');
  });

  it('runs hours of the session layer in seconds, and finds as many sessions as there are', async () => {
    const argv = ['soak', '--compress', '--duration', '1h', '--out', 'day', '--env', 'production'];
    expect((await run(argv)).status).toBe(0);
    const evidence = evidenceIn('day');
    expect(pointsOf(evidence, 'sessions')?.length).toBeGreaterThanOrEqual(6);
    expect(new Set(pointsOf(evidence, 'sessions-counted')?.map(([, value]) => value))).toEqual(
      new Set([250]),
    );
    expect(pointsOf(evidence, 'sweep-runs')?.at(-1)?.[1]).toBe(12);
    expect(evidence.settings['compress']).toBe(true);
  });

  it('says what it lacks before it begins', async () => {
    expect(await run(['soak', '--compress'])).toMatchObject({ status: 2 });
    const both = await run(['soak', '--compress', '--target', 'http://127.0.0.1:1', '--out', 'x']);
    expect(both).toMatchObject({ status: 2 });
    expect(both.err).toContain('Expected `--compress` without `--target`');
    const frozen = await run(['load', '--frozen', '5']);
    expect(frozen.err).toContain('Expected `--frozen` to be a share from 0% to 100%, got `5`.');
  });
});
