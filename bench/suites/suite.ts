import type { InsideDuties } from '../inside/duties.ts';
import type { LoadDuties } from '../load/duties.ts';
import type { Plan } from '../plan.ts';
import { Worker } from '../processes/worker.ts';
import type { Row } from '../row.ts';
import type { ServerDuties, ServerKind } from '../server/duties.ts';

/** One measurement: its name on the command line, and what it does. */
export interface Suite {
  readonly name: string;
  run(plan: Plan): Promise<readonly Row[]>;
}

/** A server, the load on it, and the port between them. */
export interface Bout {
  readonly server: Worker<ServerDuties>;
  readonly load: Worker<LoadDuties>;
  readonly port: number;
}

/** Gives a fresh server and a fresh load generator to a measurement, and ends both however it ends. */
export async function inBout<T>(
  kind: ServerKind,
  options: object,
  measure: (bout: Bout) => Promise<T>,
): Promise<T> {
  const args = [kind, JSON.stringify(options)];
  const server = new Worker<ServerDuties>({ module: 'server/main.js', side: 'server', args });
  const load = new Worker<LoadDuties>({ module: 'load/main.js', side: 'load' });
  try {
    return await measure({ server, load, port: await server.ask('listen') });
  } finally {
    await Promise.all([server.end(), load.end()]);
  }
}

/** Measures without sockets, in a process of its own: a heap that has held a million sessions is not what it was. */
export async function inside<T>(measure: (worker: Worker<InsideDuties>) => Promise<T>): Promise<T> {
  const worker = new Worker<InsideDuties>({ module: 'inside/main.js', side: 'alone' });
  try {
    return await measure(worker);
  } finally {
    await worker.end();
  }
}

/** Measures several things in turn, round after round, so that what drifts in the machine drifts for all of them. */
export async function interleave<K extends string, T>(
  rounds: number,
  keys: readonly K[],
  measure: (key: K) => Promise<T>,
): Promise<Readonly<Record<K, readonly T[]>>> {
  const results = Object.fromEntries(keys.map((key): [K, T[]] => [key, []])) as Record<K, T[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const key of keys) results[key].push(await measure(key));
  }
  return results;
}

/** The quotient of each round, so that both halves come from the same minute. */
export function ratios(ours: readonly number[], theirs: readonly number[]): number[] {
  return ours.map((figure, round) => figure / (theirs[round] ?? Number.NaN));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
