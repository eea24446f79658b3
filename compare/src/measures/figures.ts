import type { Figure } from './bench.ts';

/** The limit that all systems are to uphold: Holdfast's default. */
export const limit = 5;

/** How long the owner is watched trying, before it is called locked out. */
export const lockOutCapMs: { readonly full: number; readonly quick: number } = {
  full: 90_000,
  quick: 5_000,
};

/** Every kind of value that is kept, by the name it has in the evidence. */
export const figures: {
  readonly lockOut: readonly Figure[];
  readonly liveAtCleanUp: Figure;
  readonly killedAtCleanUp: Figure;
  readonly killedQuietBelow: Figure;
  readonly killedQuietFull: Figure;
  readonly killedBusyFull: Figure;
  readonly killedByTabs: Figure;
  readonly lostAfterCut: Figure;
  readonly lostAfterSilence: Figure;
  readonly lostAfterReload: Figure;
  readonly doubled: Figure;
  readonly toldLost: Figure;
  readonly countChecks: Figure;
  readonly countErrors: Figure;
  readonly wrongRefusals: Figure;
  readonly admittedAtOnce: Figure;
  readonly creation: Figure;
  readonly memory: Figure;
  readonly residentMemory: Figure;
  readonly scenarioFailed: Figure;
} = {
  lockOut: [1, 2, 3, 4, 5].map((dead) => ({ name: `lock-out-${dead}-of-${limit}`, unit: 'ms' })),
  liveAtCleanUp: { name: 'live-at-clean-up', unit: 'sessions' },
  killedAtCleanUp: { name: 'killed-at-clean-up', unit: 'sessions' },
  killedQuietBelow: { name: 'killed-quiet-3-of-5', unit: 'sessions' },
  killedQuietFull: { name: 'killed-quiet-5-of-5', unit: 'sessions' },
  killedBusyFull: { name: 'killed-busy-5-of-5', unit: 'sessions' },
  killedByTabs: { name: 'ended-by-sixth-tab', unit: 'sessions' },
  lostAfterCut: { name: 'lost-after-cut', unit: 'events' },
  lostAfterSilence: { name: 'lost-after-half-open', unit: 'events' },
  lostAfterReload: { name: 'lost-after-reload', unit: 'events' },
  doubled: { name: 'received-twice', unit: 'events' },
  toldLost: { name: 'gaps-told', unit: 'gaps' },
  countChecks: { name: 'count-checks', unit: 'checks' },
  countErrors: { name: 'count-errors', unit: 'checks' },
  wrongRefusals: { name: 'refused-with-room', unit: 'refusals' },
  admittedAtOnce: { name: 'admitted-of-50-at-once', unit: 'sessions' },
  creation: { name: 'creation', unit: 'ms' },
  memory: { name: 'memory-per-session', unit: 'bytes' },
  residentMemory: { name: 'resident-memory-with-all', unit: 'bytes' },
  scenarioFailed: { name: 'scenario-failed', unit: 'failed' },
};
