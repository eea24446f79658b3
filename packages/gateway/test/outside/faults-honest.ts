import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { RunningGateway } from './running-gateway.ts';

const script = fileURLToPath(new URL('faults-honest.mjs', import.meta.url));

/** What an honest client saw while it pinged in-band. */
export interface HonestView {
  readonly pings: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** The code its session was closed with; null while it is open. */
  readonly closed: number | null;
}

/** Has a client in a process of its own ping for this long. */
export async function watchHonestly(
  gateway: RunningGateway,
  user: string,
  ms: number,
): Promise<HonestView> {
  const url = `${gateway.url.replace('http', 'ws')}${gateway.pathFor(user)}`;
  const { stdout } = await promisify(execFile)(process.execPath, [script, url, String(ms)]);
  const seen = JSON.parse(stdout) as { times: number[]; closed: number | null };
  const times = seen.times.toSorted((one, other) => one - other);
  const at = (share: number): number => times[Math.floor(times.length * share)] ?? Infinity;
  return {
    pings: times.length,
    p50: at(0.5),
    p99: at(0.99),
    max: times.at(-1) ?? Infinity,
    closed: seen.closed,
  };
}
