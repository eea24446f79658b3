import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { isPinned, Worker } from '../processes/worker.ts';
import type { RedisDuties, RedisRound } from '../redis/duties.ts';
import { atLeast, atMost, type Row } from '../row.ts';
import { eachRound, median, told } from '../statistics.ts';
import { pause, ratios, type Suite } from './suite.ts';

/** What admissions through Redis take, beside PING in the same run. */
export const redis: Suite = {
  name: 'redis',
  async run({ rounds, isQuick }) {
    if (spawnSync('redis-server', ['--version']).status !== 0) {
      console.error('redis: redis-server is not installed, nothing is measured.');
      return [];
    }
    const acts = isQuick ? 10_000 : 100_000;
    const results: RedisRound[] = [];
    for (let round = 0; round < rounds; round += 1) results.push(await measure(acts));
    return rowsOf(results);
  },
};

/** A fresh server on the one core, whoever asks it on the other. */
async function measure(acts: number): Promise<RedisRound> {
  const port = await freePort();
  const server = startServer(port);
  const worker = new Worker<RedisDuties>({ module: 'redis/main.js', side: 'load' });
  try {
    await pause(500);
    return await worker.ask('round', `redis://127.0.0.1:${port}`, acts);
  } finally {
    await worker.end();
    server.kill();
  }
}

function startServer(port: number): ChildProcess {
  const command = ['redis-server', '--port', String(port), '--bind', '127.0.0.1'];
  const forgetful = ['--save', '', '--appendonly', 'no'];
  const pinned = isPinned ? ['taskset', '-c', '0'] : [];
  const [program = '', ...args] = [...pinned, ...command, ...forgetful];
  return spawn(program, args, { stdio: 'ignore' });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

function rowsOf(rounds: readonly RedisRound[]): Row[] {
  const part = (name: keyof RedisRound): number[] => rounds.map((round) => round[name]);
  const overPing = ratios(part('admitP50Ms'), part('pingP50Ms'));
  const perCore = part('coreUs').map((us) => 1_000_000 / us);
  return [
    {
      suite: 'redis',
      what: 'admission over PING, p50 of the round trip',
      figure: median(overPing),
      unit: '×',
      goal: atMost('8', 1.4),
      detail: `${told(median(part('admitP50Ms')) * 1_000)} µs; ${eachRound(overPing)}`,
    },
    {
      suite: 'redis',
      what: 'admissions per second of a core of Redis, 50 at a time',
      figure: median(perCore),
      unit: '/s',
      goal: atLeast('8', 80_000),
      detail: `${told(median(part('coreUs')))} µs, of PING ${told(median(part('pingCoreUs')))} µs; ${told(median(part('perSecond')))} by the clock; ${eachRound(perCore)}`,
    },
  ];
}
