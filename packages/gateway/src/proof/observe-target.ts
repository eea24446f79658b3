import { CallMissing, type Deployment } from './deployment.ts';
import type { Quantity } from './load/measures.ts';

/** What is watched while a run lasts: each from the target's metrics, by their names there. */
const watched: readonly (Quantity & { readonly metric: string })[] = [
  { name: 'resident-memory', unit: 'bytes', metric: 'process_resident_memory_bytes' },
  { name: 'heap-used', unit: 'bytes', metric: 'nodejs_heap_size_used_bytes' },
  { name: 'open-files', unit: 'files', metric: 'process_open_fds' },
  { name: 'sessions-counted', unit: 'sessions', metric: 'holdfast_sessions_active' },
  { name: 'sweep-up', unit: '0 or 1', metric: 'holdfast_sweep_up' },
  { name: 'sweep-runs', unit: 'runs', metric: 'holdfast_sweep_runs_total' },
  { name: 'sweep-failures', unit: 'failures', metric: 'holdfast_sweep_failures_total' },
  { name: 'drift', unit: 'sessions', metric: 'holdfast_registry_drift' },
  { name: 'faults', unit: 'faults', metric: 'holdfast_faults_total' },
  { name: 'log-memory', unit: 'bytes', metric: 'holdfast_log_bytes' },
];

/** One value that was read off the target. */
export interface Reading extends Quantity {
  readonly value: number;
}

/**
 * What the target says of itself now. Where it has no metrics, its memory and files are read from its process, if it runs
 * here; what neither tells is left out.
 */
export async function observeTarget({ desk, host }: Deployment): Promise<readonly Reading[]> {
  const told = await readMetrics(() => desk.metrics());
  const readings = watched.flatMap(({ name, unit, metric }) => {
    const value = told.get(metric);
    return value === undefined ? [] : [{ name, unit, value }];
  });
  if (host === null || !host.isAlive) return readings;
  const own: readonly Reading[] = [
    { name: 'resident-memory', unit: 'bytes', value: host.residentBytes },
    { name: 'open-files', unit: 'files', value: host.openFiles },
  ];
  return [...readings, ...own.filter(({ name }) => !readings.some((one) => one.name === name))];
}

async function readMetrics(ask: () => Promise<string>): Promise<ReadonlyMap<string, number>> {
  try {
    return sumByName(await ask());
  } catch (error) {
    if (error instanceof CallMissing) return new Map();
    throw error;
  }
}

/** The text of a scrape as one number per metric: the sum over its labels. */
export function sumByName(text: string): ReadonlyMap<string, number> {
  const sums = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(?:\{.*\})?\s+(\S+)/.exec(line);
    const [, name, value] = match ?? [];
    if (name === undefined) continue;
    sums.set(name, (sums.get(name) ?? 0) + Number(value));
  }
  return sums;
}
