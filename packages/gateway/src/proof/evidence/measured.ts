/** What one value, or one point of a series, of something measured stands for. */
export interface Measured {
  readonly name: string;
  readonly unit: string;
  /** `gauge`: as it is at that moment. `counter`: what has happened since the target started; it falls only when that starts anew. */
  readonly kind: 'sample' | 'gauge' | 'counter';
}

function sample(name: string, unit: string): Measured {
  return { name, unit, kind: 'sample' };
}

function gauge(name: string, unit: string): Measured {
  return { name, unit, kind: 'gauge' };
}

function counter(name: string, unit: string): Measured {
  return { name, unit, kind: 'counter' };
}

/** The names and units under which runs keep what a policy asks for. A run may keep others beside them. */
export const measured: {
  /** Of one client: from its first packet to the answer. */
  readonly connect: Measured;
  /** Of one session: the target's own work, without time spent waiting for a peer. */
  readonly creation: Measured;
  /** One value for each user of the run: how often it was refused for its limit while it had a slot to claim. */
  readonly limitFailures: Measured;
  /** One value for each start of a target: 1 where the background clean-up ran afterwards, 0 where it did not. */
  readonly backgroundStarts: Measured;
  readonly residentMemory: Measured;
  readonly heapUsed: Measured;
  readonly openFiles: Measured;
  /** Sessions the target holds, of all users. */
  readonly sessions: Measured;
  /** Users with at least one session. */
  readonly users: Measured;
  readonly sweepRuns: Measured;
  /** Sessions ended by reap or sweep. */
  readonly sessionsReaped: Measured;
  /** Pressure reaps that freed a slot: `successful_emergency_cleanups`. */
  readonly cleanupsSucceeded: Measured;
  /** Pressure reaps that found a dead session and did not free it: `failed_emergency_cleanups`. */
  readonly cleanupsFailed: Measured;
} = {
  connect: sample('connect', 'ms'),
  creation: sample('creation', 'ms'),
  limitFailures: sample('limit-failures', 'refusals'),
  backgroundStarts: sample('background-starts', 'started'),
  residentMemory: gauge('resident-memory', 'bytes'),
  heapUsed: gauge('heap-used', 'bytes'),
  openFiles: gauge('open-files', 'files'),
  sessions: gauge('sessions', 'sessions'),
  users: gauge('users', 'users'),
  sweepRuns: counter('sweep-runs', 'runs'),
  sessionsReaped: counter('sessions-reaped', 'sessions'),
  cleanupsSucceeded: counter('cleanups-succeeded', 'clean-ups'),
  cleanupsFailed: counter('cleanups-failed', 'clean-ups'),
};
