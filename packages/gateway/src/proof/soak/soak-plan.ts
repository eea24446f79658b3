import type { LoadPlan } from '../load/load-plan.ts';

/** What a soak does for all of its time, unless it is told otherwise: the seed document's 50 users with 5 sessions each. */
export const usualSoak: LoadPlan = {
  durationMs: 86_400_000,
  seed: 1,
  users: 50,
  sessionsPerUser: 5,
  ratePerSecond: 1,
  shape: 'steady',
  frozenShare: 0.04,
  eventsPerSecond: 1,
};

/** What a soak measures beside what a load measures. */
export const soakQuantities = {
  /** Sessions the target should have, by our own count. */
  truth: { name: 'sessions', unit: 'sessions' },
  counted: { name: 'sessions-counted', unit: 'sessions' },
  heap: { name: 'heap-used', unit: 'bytes' },
  timers: { name: 'timers', unit: 'timers' },
  sweepUp: { name: 'sweep-up', unit: '0 or 1' },
  reapsSuccessful: { name: 'pressure-reaps-successful', unit: 'reaps' },
  reapsFailed: { name: 'pressure-reaps-failed', unit: 'reaps' },
  sweepRuns: { name: 'sweep-runs', unit: 'runs' },
  drift: { name: 'drift', unit: 'sessions' },
  logBytes: { name: 'log-memory', unit: 'bytes' },
  /** Which process of the target a value is from: memory can be compared only within one. */
  process: { name: 'target-process', unit: 'number' },
} as const;
