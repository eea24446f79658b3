import type { Fault } from './fault-link.ts';
import { SeededRandom } from './seeded-random.ts';

/** What a plan draws from. */
export interface FaultPlanOptions {
  /** Any whole number; the same one gives the same plan. */
  readonly seed: number;
  /** How many faults. */
  readonly faults: number;
  /** Kinds to draw from. Default: all but `resume`. */
  readonly kinds?: readonly [PlannedKind, ...PlannedKind[]];
}

/** Kinds of faults a plan is made of. */
export type PlannedKind = Exclude<Fault['kind'], 'resume'>;

/** All of them. */
const everyKind: readonly [PlannedKind, ...PlannedKind[]] = [
  'cut',
  'reset',
  'half-open',
  'pause',
  'delay',
  'throttle',
];

/**
 * A row of faults for a {@link FaultLink}, drawn from a seed. Delays are of 1 to 100 ms, throttles of 16 to 256 KB a second. Who
 * follows it decides when each is due, and resumes what was paused.
 */
export function faultPlan({ seed, faults, kinds = everyKind }: FaultPlanOptions): Fault[] {
  const random = new SeededRandom(seed);
  return Array.from({ length: faults }, () => draw(random, random.oneOf(kinds)));
}

function draw(random: SeededRandom, kind: PlannedKind): Fault {
  switch (kind) {
    case 'delay':
      return { kind, ms: random.between(1, 100) };
    case 'throttle':
      return { kind, bytesPerSecond: random.between(16, 256) * 1024 };
    case 'half-open':
    case 'pause':
      return { kind, direction: random.oneOf(['to-target', 'to-client', 'both']) };
    case 'cut':
    case 'reset':
      return { kind };
  }
}
