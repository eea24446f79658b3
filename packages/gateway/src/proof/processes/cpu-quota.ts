import { accessSync, constants, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** A process that gets only a share of one processor until it is released. */
export interface CpuQuota {
  /** How often it has been made to wait so far. */
  readonly timesThrottled: number;
  release(): void;
}

const periodUs = 100_000;
const controller = '/sys/fs/cgroup/cpu';

/**
 * Holds a process, and those it starts from now on, to this share of a processor, 0 to 1: by the CPU controller of cgroup
 * v1 where we may write to it, and else by stopping it for the rest of each 100 ms. A negative number is that of a
 * process group, by its leader.
 */
export function limitCpu(pid: number, share: number): CpuQuota {
  return mayUseController() ? limitByController(pid, share) : limitByStopping(pid, share);
}

function mayUseController(): boolean {
  try {
    accessSync(path.join(controller, 'cpu.cfs_quota_us'), constants.W_OK);
    return true;
  } catch {
    return mayMakeGroup();
  }
}

/** In a container the controller may have no quota of its own and still take groups. */
function mayMakeGroup(): boolean {
  const group = path.join(controller, `holdfast-try-${process.pid}`);
  try {
    mkdirSync(group);
    rmdirSync(group);
    return true;
  } catch {
    return false;
  }
}

function limitByController(leader: number, share: number): CpuQuota {
  const pid = Math.abs(leader);
  const group = path.join(controller, `holdfast-${pid}`);
  mkdirSync(group);
  writeFileSync(path.join(group, 'cpu.cfs_period_us'), String(periodUs));
  writeFileSync(path.join(group, 'cpu.cfs_quota_us'), String(Math.round(periodUs * share)));
  writeFileSync(path.join(group, 'cgroup.procs'), String(pid));
  return {
    get timesThrottled() {
      const text = readFileSync(path.join(group, 'cpu.stat'), 'utf8');
      return Number(/nr_throttled (\d+)/.exec(text)?.[1] ?? 0);
    },
    release: () => {
      for (const one of readFileSync(path.join(group, 'cgroup.procs'), 'utf8').trim().split('\n'))
        if (one !== '') writeFileSync(path.join(controller, 'cgroup.procs'), one);
      rmdirSync(group);
    },
  };
}

function limitByStopping(pid: number, share: number): CpuQuota {
  let timesThrottled = 0;
  let timer: NodeJS.Timeout | null = null;
  const periodMs = periodUs / 1_000;
  const stop = (): void => {
    timesThrottled += 1;
    signalTo(pid, 'SIGSTOP');
    timer = setTimeout(go, periodMs * (1 - share));
  };
  const go = (): void => {
    signalTo(pid, 'SIGCONT');
    timer = setTimeout(stop, periodMs * share);
  };
  go();
  return {
    get timesThrottled() {
      return timesThrottled;
    },
    release: () => {
      if (timer !== null) clearTimeout(timer);
      signalTo(pid, 'SIGCONT');
    },
  };
}

/** False where the process is gone. */
function signalTo(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    // It has ended: whoever started it knows why.
    return false;
  }
}
