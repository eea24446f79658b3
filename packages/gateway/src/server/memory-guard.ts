import { memoryUsage } from 'node:process';
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8';
import type { SessionLayer } from 'holdfast';

/** How full the memory is: the fullest of its bounds, 0 to 1. */
export type MemoryGauge = () => number;

/** What the guard can do about it. */
export interface MemoryGuardParts {
  readonly read: MemoryGauge;
  /** Ends the slowest readers; how many. */
  readonly shed: () => number;
  /** Told when it begins to act, with how full the memory is, and when it is over. */
  readonly onPressure: (share: number) => void;
  readonly onRelief: () => void;
}

/** Above this, slow readers are closed; if that is not enough at the next look, newcomers are refused. */
const HIGH = 0.85;
/** Above this, newcomers are refused at once. */
const CRITICAL = 0.93;
/** Below this, all is well again. */
const LOW = 0.8;

/**
 * Keeps the process from running out of memory: sheds slow readers first, then refuses newcomers,
 * and lets go of both by itself. Live sessions that read stay.
 *
 *     well ──(> 85 %)──▶ shedding ──(still > 85 %, or > 93 %)──▶ refusing
 *       ◀──────────────────────(< 80 %)─────────────────────────────┘
 */
export class MemoryGuard {
  readonly #parts: MemoryGuardParts;
  #state: 'well' | 'shedding' | 'refusing' = 'well';

  constructor(parts: MemoryGuardParts) {
    this.#parts = parts;
  }

  /** True while newcomers and new events are refused. */
  get isRefusing(): boolean {
    return this.#state === 'refusing';
  }

  /** To be called several times a second. */
  look(): void {
    const { read, shed, onPressure, onRelief } = this.#parts;
    const share = read();
    if (share > HIGH) {
      if (this.#state === 'well') onPressure(share);
      const isBeyondShedding = this.#state !== 'well' || share > CRITICAL;
      this.#state = isBeyondShedding ? 'refusing' : 'shedding';
      shed();
    } else if (share < LOW && this.#state !== 'well') {
      this.#state = 'well';
      onRelief();
    }
  }
}

/** Resident memory seldom shrinks, and holds the program itself: it is only trouble when nearly all is in use. */
const CONTAINER_WEIGHT = 0.9;
/** No process needs a limit beyond this; such a one stands for none. */
const NO_LIMIT_BYTES = 2 ** 50;
/** V8 counts its young generation, three semi-spaces of 16 MB, into the limit; what lives long has the rest. */
const YOUNG_BYTES = 48 * 1024 ** 2;

/** Reads the old generation against its limit, and the whole process against that of its container. */
export function createMemoryGauge(): MemoryGauge {
  const containerBytes = process.constrainedMemory() ?? 0;
  const isContained = containerBytes > 0 && containerBytes < NO_LIMIT_BYTES;
  const { heap_size_limit: limit } = getHeapStatistics();
  const oldLimit = Math.max(limit - YOUNG_BYTES, limit / 2);
  return () => {
    const ofContainer = isContained ? memoryUsage.rss() / containerBytes : 0;
    return Math.max(oldBytes() / oldLimit, ofContainer * CONTAINER_WEIGHT);
  };
}

function oldBytes(): number {
  return getHeapSpaceStatistics()
    .filter(({ space_name: name }) => !name.startsWith('new_'))
    .reduce((sum, { space_used_size: used }) => sum + used, 0);
}

/** Most sessions that are ended at one look. */
const MOST_AT_ONCE = 100;
/** Whoever has not confirmed much for this long is slow; others have merely not been asked yet. */
const SLOW_AFTER_MS = 250;

/** Ends the sessions with the most bytes that their peer was asked to confirm and has not; how many. */
export function closeSlowReaders(layer: SessionLayer): number {
  const leastBytes = layer.settings.maxUnconfirmedBytes / 4;
  return [...layer.sessions()]
    .filter((session) => session.unconfirmedBytes >= leastBytes)
    .filter((session) => (layer.view(session).pingOutMs ?? 0) >= SLOW_AFTER_MS)
    .toSorted((a, b) => b.unconfirmedBytes - a.unconfirmedBytes)
    .slice(0, MOST_AT_ONCE)
    .filter(({ id }) => layer.close(id, 'slow')).length;
}
