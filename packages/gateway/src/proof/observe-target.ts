import { CallMissing, type Deployment } from './deployment.ts';
import { creationEdgesMs, creationsWithin, measured } from './evidence/measured.ts';
import type { Quantity } from './load/measures.ts';

/** What is watched while a run lasts: each the sum of these of the target's metrics. */
const watched: readonly (Quantity & { readonly metrics: readonly string[] })[] = [
  { name: 'resident-memory', unit: 'bytes', metrics: ['process_resident_memory_bytes'] },
  { name: 'heap-used', unit: 'bytes', metrics: ['nodejs_heap_size_used_bytes'] },
  { name: 'open-files', unit: 'files', metrics: ['process_open_fds'] },
  { name: 'sessions-counted', unit: 'sessions', metrics: ['holdfast_sessions_active'] },
  { name: 'sweep-up', unit: '0 or 1', metrics: ['holdfast_sweep_up'] },
  { name: 'sweep-runs', unit: 'runs', metrics: ['holdfast_sweep_runs_total'] },
  { name: 'sweep-failures', unit: 'failures', metrics: ['holdfast_sweep_failures_total'] },
  {
    name: 'pressure-reaps-successful',
    unit: 'reaps',
    metrics: ['holdfast_pressure_reaps_total{result="successful"}'],
  },
  {
    name: 'pressure-reaps-failed',
    unit: 'reaps',
    metrics: ['holdfast_pressure_reaps_total{result="failed"}'],
  },
  {
    name: 'sessions-reaped',
    unit: 'sessions',
    metrics: [
      'holdfast_sessions_closed_total{cause="no-pong"}',
      'holdfast_sessions_closed_total{cause="transport-closed"}',
      'holdfast_sessions_closed_total{cause="open-timeout"}',
    ],
  },
  { name: 'target-process', unit: 'start, s', metrics: ['process_start_time_seconds'] },
  { name: 'drift', unit: 'sessions', metrics: ['holdfast_registry_drift'] },
  { name: 'faults', unit: 'faults', metrics: ['holdfast_faults_total'] },
  { name: 'log-memory', unit: 'bytes', metrics: ['holdfast_log_bytes'] },
  {
    name: measured.creations,
    unit: 'sessions',
    metrics: ['holdfast_admission_duration_seconds_count'],
  },
  ...creationEdgesMs.map((edgeMs) => ({
    name: creationsWithin(edgeMs),
    unit: 'sessions',
    metrics: [`holdfast_admission_duration_seconds_bucket{le="${edgeMs / 1_000}"}`],
  })),
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
  const readings = watched.flatMap(({ name, unit, metrics }) => {
    const values = metrics.map((metric) => told.get(metric)).filter((one) => one !== undefined);
    if (values.length === 0) return [];
    return [{ name, unit, value: values.reduce((sum, one) => sum + one, 0) }];
  });
  if (host === null || !host.isAlive) return readings;
  const own: readonly Reading[] = [
    { name: 'resident-memory', unit: 'bytes', value: host.residentBytes },
    { name: 'open-files', unit: 'files', value: host.openFiles },
    { name: 'target-process', unit: 'process id', value: host.pid },
  ];
  return [...readings, ...own.filter(({ name }) => !readings.some((one) => one.name === name))];
}

async function readMetrics(ask: () => Promise<string>): Promise<ReadonlyMap<string, number>> {
  try {
    return readExposition(await ask());
  } catch (error) {
    if (error instanceof CallMissing) return new Map();
    throw error;
  }
}

/** The text of a scrape as numbers: one per metric, the sum over its labels, and one per metric with its labels as written. */
export function readExposition(text: string): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const line of text.split('\n')) {
    const match = /^([a-zA-Z_:][\w:]*)(\{.*\})?\s+(\S+)/.exec(line);
    const [, name, labels, value] = match ?? [];
    if (name === undefined) continue;
    found.set(name, (found.get(name) ?? 0) + Number(value));
    if (labels !== undefined) found.set(`${name}${labels}`, Number(value));
  }
  return found;
}
