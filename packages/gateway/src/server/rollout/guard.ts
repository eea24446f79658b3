/** What rolls back by itself: the roll-back triggers of the seed document. A closed list: it is a metric label. */
export type Trigger = 'creation-latency' | 'sweep' | 'memory';

/** When a trigger is pulled. */
export interface GuardRules {
  /** A creation that takes longer is slow. */
  readonly latencyMs: number;
  /** So many failures of the sweep in a row are a complete failure; so is a sweep that does not run. */
  readonly sweepFailures: number;
  /** Memory that nothing explains, grown over ten minutes. */
  readonly memoryGrowthBytes: number;
  /** How long slow creations or a failing sweep must last. */
  readonly standMs: number;
}

/** What is seen at one look. */
export interface GuardSample {
  /** Monotonic ms. */
  readonly nowMs: number;
  /** Managers created since the last look, how many of them slowly, and the longest that took, ms. */
  readonly creations: number;
  readonly slow: number;
  readonly slowestMs: number;
  readonly isSweepRunning: boolean;
  readonly sweepFailuresInARow: number;
  readonly memoryBytes: number;
  readonly sessions: number;
  readonly logBytes: number;
}

/** A trigger that is being pulled. */
interface Suspicion {
  readonly sinceMs: number;
  readonly lastMs: number;
  /** Slow creations, or looks at a failing sweep. */
  readonly samples: number;
  readonly worst: number;
}

/** The least memory in use within a minute, when garbage had just been collected. */
interface Floor {
  readonly bytes: number;
  readonly sessions: number;
  readonly logBytes: number;
}

/** What the guard remembers from look to look. */
export interface GuardState {
  readonly latency: Suspicion | null;
  readonly sweep: Suspicion | null;
  readonly minuteEndsMs: number;
  /** Of the minute that runs. */
  readonly floor: Floor | null;
  /** Of the minutes before, oldest first. */
  readonly floors: readonly Floor[];
}

/** Why it is rolled back: what was measured against what. */
export interface RollbackCause {
  readonly trigger: Trigger;
  /** ms, failures in a row, or bytes. */
  readonly measured: number;
  readonly threshold: number;
  /** Slow creations, looks at a failing sweep, or minutes. */
  readonly samples: number;
  readonly standsForMs: number;
}

/** Slow creations that are needed at least, and how far apart two of them may lie that belong together. */
const FEWEST_SLOW = 5;
const LONGEST_GAP_MS = 10_000;
/** One in a hundred is slow: the 99th percentile is. */
const SLOW_SHARE = 0.01;
const MINUTE_MS = 60_000;
/** Over how many minutes memory must have grown in every single one. */
const MEMORY_MINUTES = 10;
/** What a session may take that was not there before: its socket, its buffers and its place. */
const BYTES_PER_SESSION = 64 * 1024;

/** The state of a guard that has seen nothing. */
export const unsuspecting: GuardState = {
  latency: null,
  sweep: null,
  minuteEndsMs: Number.NEGATIVE_INFINITY,
  floor: null,
  floors: [],
};

/** One look: what is known after it, and why to roll back, if that is so. */
export function look(
  state: GuardState,
  sample: GuardSample,
  rules: GuardRules,
): { readonly state: GuardState; readonly cause: RollbackCause | null } {
  const latency = suspectLatency(state.latency, sample);
  const sweep = suspectSweep(state.sweep, sample, rules);
  const memory = noteMemory(state, sample);
  const cause =
    causeOfLatency(latency, rules) ??
    causeOfSweep(sweep, sample, rules) ??
    causeOfMemory(memory.floors, rules);
  return { state: { latency, sweep, ...memory }, cause };
}

/** A look without creations neither clears nor confirms; a healthy one clears. */
function suspectLatency(before: Suspicion | null, sample: GuardSample): Suspicion | null {
  const { nowMs, creations, slow, slowestMs } = sample;
  const isStale = before !== null && nowMs - before.lastMs > LONGEST_GAP_MS;
  const kept = isStale ? null : before;
  if (creations === 0) return kept;
  if (slow <= creations * SLOW_SHARE) return null;
  return suspect(kept, nowMs, { samples: slow, worst: slowestMs });
}

function suspectSweep(
  before: Suspicion | null,
  { nowMs, isSweepRunning, sweepFailuresInARow }: GuardSample,
  { sweepFailures }: GuardRules,
): Suspicion | null {
  if (isSweepRunning && sweepFailuresInARow < sweepFailures) return null;
  return suspect(before, nowMs, { samples: 1, worst: sweepFailuresInARow });
}

function suspect(
  before: Suspicion | null,
  nowMs: number,
  seen: Pick<Suspicion, 'samples' | 'worst'>,
): Suspicion {
  return {
    sinceMs: before?.sinceMs ?? nowMs,
    lastMs: nowMs,
    samples: (before?.samples ?? 0) + seen.samples,
    worst: Math.max(before?.worst ?? 0, seen.worst),
  };
}

/** Between the first slow look and the last: a burst that is over does not ripen while nobody comes. */
function causeOfLatency(
  suspicion: Suspicion | null,
  { latencyMs, standMs }: GuardRules,
): RollbackCause | null {
  if (suspicion === null || suspicion.samples < FEWEST_SLOW) return null;
  return stands(suspicion, standMs, { trigger: 'creation-latency', threshold: latencyMs });
}

function causeOfSweep(
  suspicion: Suspicion | null,
  { isSweepRunning }: GuardSample,
  { sweepFailures, standMs }: GuardRules,
): RollbackCause | null {
  if (suspicion === null || suspicion.samples < 2) return null;
  const threshold = isSweepRunning ? sweepFailures : 0;
  return stands(suspicion, standMs, { trigger: 'sweep', threshold });
}

function stands(
  { sinceMs, lastMs, samples, worst }: Suspicion,
  standMs: number,
  about: Pick<RollbackCause, 'trigger' | 'threshold'>,
): RollbackCause | null {
  const standsForMs = lastMs - sinceMs;
  return standsForMs < standMs ? null : { ...about, measured: worst, samples, standsForMs };
}

function noteMemory(
  { minuteEndsMs, floor, floors }: GuardState,
  { nowMs, memoryBytes, sessions, logBytes }: GuardSample,
): Pick<GuardState, 'minuteEndsMs' | 'floor' | 'floors'> {
  const now: Floor = { bytes: memoryBytes, sessions, logBytes };
  if (floor === null) return { minuteEndsMs: nowMs + MINUTE_MS, floor: now, floors };
  const lowest = now.bytes < floor.bytes ? now : floor;
  if (nowMs < minuteEndsMs) return { minuteEndsMs, floor: lowest, floors };
  const kept = [...floors, lowest].slice(-(MEMORY_MINUTES + 1));
  return { minuteEndsMs: nowMs + MINUTE_MS, floor: null, floors: kept };
}

function causeOfMemory(
  floors: readonly Floor[],
  { memoryGrowthBytes }: GuardRules,
): RollbackCause | null {
  const [first] = floors;
  const last = floors.at(-1);
  if (first === undefined || last === undefined || floors.length <= MEMORY_MINUTES) return null;
  const isSteady = floors.every(
    ({ bytes }, index) => index === 0 || bytes > (floors[index - 1]?.bytes ?? 0),
  );
  const explained =
    Math.max(0, last.sessions - first.sessions) * BYTES_PER_SESSION +
    Math.max(0, last.logBytes - first.logBytes);
  const measured = last.bytes - first.bytes - explained;
  if (!isSteady || measured <= memoryGrowthBytes) return null;
  const standsForMs = MEMORY_MINUTES * MINUTE_MS;
  const about = {
    trigger: 'memory',
    threshold: memoryGrowthBytes,
    samples: MEMORY_MINUTES,
  } as const;
  return { ...about, measured, standsForMs };
}
