import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { Counter, Gauge, type Registry } from 'prom-client';

const DESCRIPTORS = '/proc/self/fd';
const LIMITS = '/proc/self/limits';

/**
 * The metrics of a process by the names that every client library gives them:
 * https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics. Those of descriptors are only there on a
 * system that has `/proc`.
 */
export function addProcessMetrics(registry: Registry): void {
  addMemoryAndTime(registry);
  if (existsSync(DESCRIPTORS)) addDescriptors(registry);
}

function addMemoryAndTime(registry: Registry): void {
  const startedAt = performance.timeOrigin / 1000;
  const started = new Gauge({
    name: 'process_start_time_seconds',
    help: 'Start of the process, in seconds since 1970.',
    registers: [registry],
  });
  started.set(startedAt);
  const resident = new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory, bytes.',
    registers: [registry],
    collect: () => {
      resident.set(process.memoryUsage.rss());
    },
  });
  const processor = new Counter({
    name: 'process_cpu_seconds_total',
    help: 'User and system time spent, seconds.',
    registers: [registry],
    collect: () => {
      const { user, system } = process.cpuUsage();
      processor.reset();
      processor.inc((user + system) / 1e6);
    },
  });
}

function addDescriptors(registry: Registry): void {
  let most = Number.NaN;
  const max = new Gauge({
    name: 'process_max_fds',
    help: 'File descriptors the process may have open.',
    registers: [registry],
    collect: async () => {
      most = await readMost(most);
      max.set(most);
    },
  });
  const open = new Gauge({
    name: 'process_open_fds',
    help: 'File descriptors the process has open.',
    registers: [registry],
    collect: async () => {
      open.set(await countOpen(most));
    },
  });
}

/** @param known told where the limits cannot be read: that takes a descriptor, and there may be none left */
async function readMost(known: number): Promise<number> {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(await readFile(LIMITS, 'utf8'))?.[1];
    return Number(soft ?? Number.POSITIVE_INFINITY);
  } catch (error) {
    if (isOutOfDescriptors(error)) return known;
    throw new Error(`Expected ${LIMITS} to be readable.`, { cause: error });
  }
}

/** @param most how many there are when there is none left to look with */
async function countOpen(most: number): Promise<number> {
  try {
    // One of them is the look itself.
    return (await readdir(DESCRIPTORS)).length - 1;
  } catch (error) {
    if (isOutOfDescriptors(error)) return most;
    throw new Error(`Expected ${DESCRIPTORS} to be readable.`, { cause: error });
  }
}

function isOutOfDescriptors(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EMFILE' || code === 'ENFILE';
}
