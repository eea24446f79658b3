import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, test } from 'vitest';

const script: string = fileURLToPath(new URL('factory-process.mjs', import.meta.url));

/** What the process says about the sweep; instants by its own clock. */
interface ToldSweep {
  readonly environment: string;
  readonly intervalMs: number;
  readonly started: boolean;
  readonly sweptAtMs: readonly number[];
}

interface ToldStart {
  readonly started: boolean;
  readonly failures: number;
  readonly ran: boolean;
}

interface ToldContainer {
  readonly pid: number;
  readonly hasTerminal: boolean;
  readonly hasHome: boolean;
  readonly isFolderWritable: boolean;
  readonly starts: Readonly<Record<string, ToldStart>>;
  readonly emergency: { readonly isIn: boolean; readonly successful: number };
}

/** Ways to become process 1 of a namespace of one's own, as root and as anybody. */
const namespaces: readonly (readonly string[])[] = [
  ['--pid', '--fork', '--mount-proc', '--kill-child'],
  ['--user', '--map-root-user', '--pid', '--fork', '--mount-proc', '--kill-child'],
];

/** No run before its time; how late one may be is left to a busy machine. */
function expectSweeps({ sweptAtMs: [first = 0, second = 0] }: ToldSweep, intervalMs: number): void {
  expect(first).toBeGreaterThan(intervalMs * 0.95);
  expect(second).toBeGreaterThan(first + intervalMs * 0.9);
}

describe('TestWebSocketManagerEnvironmentSpecific', () => {
  const children: ChildProcess[] = [];

  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** Runs a command with nothing but these variables and no terminal, and reads the line it prints. */
  async function run<Told>(
    [command = '', ...args]: readonly string[],
    { env, cwd }: { env: Readonly<Record<string, string>>; cwd: string },
  ): Promise<Told> {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    const exit = once(child, 'close') as Promise<[number | null]>;
    const [printed, complaints, [status]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      exit,
    ]);
    expect({ status, complaints }).toEqual({ status: 0, complaints: '' });
    return JSON.parse(printed) as Told;
  }

  const sweepIn = (env: Readonly<Record<string, string>>): Promise<ToldSweep> =>
    run([process.execPath, script, 'sweep'], { env, cwd: path.dirname(script) });

  test.each([
    { HOLDFAST_ENV: 'test', NODE_ENV: 'production' },
    { ENVIRONMENT: 'testing', NODE_ENV: 'production' },
    { NODE_ENV: 'test' },
    { ENVIRONMENT: 'ci' },
  ])(
    'test_test_environment_30_second_cleanup_interval: a process with %o sweeps every 30 s (FM-64)',
    async (env) => {
      const told = await sweepIn(env);
      expect(told).toMatchObject({ intervalMs: 30_000, started: true });
      expectSweeps(told, 30_000);
    },
  );

  test('test_production_environment_5_minute_cleanup_interval: production, staging, and no word at all mean five minutes (FM-64)', async () => {
    const told = await Promise.all([
      sweepIn({ HOLDFAST_ENV: 'production' }),
      sweepIn({ ENVIRONMENT: 'staging' }),
      sweepIn({}),
    ]);
    expect(told.map(({ environment }) => environment)).toEqual([
      'production',
      'staging',
      'production',
    ]);
    for (const one of told) {
      expect(one).toMatchObject({ intervalMs: 300_000, started: true });
      expectSweeps(one, 300_000);
    }
  });

  test('test_container_event_loop_compatibility: process 1 without terminal, home or a folder to write in starts its task and cleans up', async () => {
    const [namespace, reason] = findNamespace();
    if (reason !== null)
      process.stdout.write(`container test outside a pid namespace: ${reason}\n`);
    const told = await run<ToldContainer>([...namespace, process.execPath, script, 'container'], {
      env: { PATH: process.env['PATH'] ?? '' },
      cwd: '/proc',
    });
    const start: ToldStart = { started: true, failures: 0, ran: true };
    expect(told).toMatchObject({
      hasTerminal: false,
      hasHome: false,
      isFolderWritable: false,
      pid: reason === null ? 1 : told.pid,
      starts: { whileLoading: start, inMicrotask: start, inCallback: start, inWorker: start },
      emergency: { isIn: true, successful: 1 },
    });
  });
});

/** The command that gives a process its own pid namespace, or why there is none here. */
function findNamespace(): [command: readonly string[], reason: string | null] {
  let reason = 'no `unshare` here';
  for (const flags of namespaces) {
    const { status, stderr, error } = spawnSync('unshare', [...flags, 'true'], {
      encoding: 'utf8',
    });
    if (status === 0) return [['unshare', ...flags], null];
    reason = error?.message ?? stderr.trim();
  }
  return [[], reason];
}
