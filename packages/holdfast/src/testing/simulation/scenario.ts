import type { LimitPolicy, SessionOptions, Settings } from '../../core/options.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { LineTraits } from './simulated-client.ts';
import type { EngineTraits } from './simulated-socket.ts';

/** The kinds of failure a run can be spared. */
export type FaultKind =
  | 'stall'
  | 'listener'
  | 'hook'
  | 'socket'
  | 'timer'
  | 'sweep'
  | 'wall-clock'
  | 'silent-loss'
  | 'drop';

/** All of them. */
export const faultKinds: readonly FaultKind[] = [
  'stall',
  'listener',
  'hook',
  'socket',
  'timer',
  'sweep',
  'wall-clock',
  'silent-loss',
  'drop',
];

/** Names that must never be mistaken for each other, or for something else. */
const userIds = ['1', '12', '__proto__', 'a:b', 'constructor'];

/** What one run is like, all of it drawn from the seed. */
export interface Scenario {
  readonly options: SessionOptions;
  readonly userIds: readonly string[];
  /** Mean time between two things somebody does. */
  readonly paceMs: number;
  /** How many clients more than the limit a user likes to have. */
  readonly crowd: number;
  readonly hasHooks: boolean;
  readonly hasBroadcasts: boolean;
  /** Sessions are as good as a token, which ends, is replaced, and may be revoked. */
  readonly hasTokens: boolean;
}

export function drawScenario(random: SeededRandom): Scenario {
  const pingTimeoutMs = random.oneOf([10_000, 5_000, 2_000]);
  const options: SessionOptions = {
    maxSessionsPerUser: random.chance(0.4) ? 5 : random.between(1, 20),
    onLimit: drawPolicy(random.next()),
    pingTimeoutMs,
    probeTimeoutMs: random.oneOf([1_000, 1_000, 500]),
    pingIntervalMs: random.oneOf([25_000, 25_000, 8_000]),
    environment: random.oneOf(['test', 'development', 'production']),
    resumeWindowMs: random.oneOf([120_000, 20_000]),
    historyEvents: random.oneOf([16_384, 200, 20]),
    historyBytes: random.oneOf([1024 * 1024, 16 * 1024, 4 * 1024]),
    historyTotalBytes: random.chance(0.9) ? 256 * 1024 * 1024 : 1024 * 1024,
    maxUnconfirmedBytes: random.oneOf([256 * 1024, 16 * 1024, 2 * 1024]),
    onSlow: random.chance(0.7) ? 'gap' : 'close',
    userConnectRate: random.chance(0.1) ? { perSecond: 2, burst: 5 } : null,
  };
  return {
    options,
    userIds: userIds.slice(0, random.between(2, userIds.length)),
    paceMs: random.oneOf([150, 300, 600, 3_000]),
    crowd: random.between(-1, 4),
    hasHooks: random.chance(0.7),
    hasBroadcasts: random.chance(0.7),
    hasTokens: random.chance(0.5),
  };
}

function drawPolicy(draw: number): LimitPolicy {
  if (draw < 0.8) return 'deny';
  return draw < 0.9 ? 'ask' : 'evict-oldest';
}

/** Logs may be cut short, and those of absent users let go, to hold the bound of all of them together. */
export function isTight({ historyTotalBytes }: Settings): boolean {
  return historyTotalBytes <= 1024 * 1024;
}

/** Most lines are good; some are far away, some thin, some both. */
export function drawLine(random: SeededRandom): LineTraits {
  const far = random.chance(0.2);
  const latencyMs = far ? random.between(50, 200) : random.between(0, 30);
  const jitterMs = random.chance(0.3) ? random.between(1, 60) : 0;
  const bytesPerSecond = random.chance(0.25)
    ? random.between(40, 512) * 1024
    : random.chance(0.05)
      ? random.between(4, 30) * 1024
      : Number.POSITIVE_INFINITY;
  return {
    up: { latencyMs, jitterMs, bytesPerSecond: Number.POSITIVE_INFINITY },
    down: { latencyMs, jitterMs, bytesPerSecond },
  };
}

export function drawEngine(random: SeededRandom): EngineTraits {
  const highWater = random.oneOf([1024 * 1024, 64 * 1024, 4 * 1024]);
  return {
    canPing: random.chance(0.97),
    highWater,
    hardLimit: highWater * 4,
    endsInTerminate: random.chance(0.2),
    skipsSigns: random.chance(0.3),
  };
}
