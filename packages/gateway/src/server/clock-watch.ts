import type { WallClock } from './auth/wall-clock.ts';

/** What the watch tells. */
export interface ClockWatchParts {
  readonly wallClock: WallClock;
  readonly onBehind: (behindMs: number) => void;
  readonly onRight: () => void;
}

/** Further behind than drift explains, for longer than a correction takes. */
const BEHIND_MS = 5000;
const LOOKS = 60;

/** Notices that the machine's clock was set back, and with it that tokens seem to expire early. */
export class ClockWatch {
  readonly #parts: ClockWatchParts;
  #looksBehind = 0;

  constructor(parts: ClockWatchParts) {
    this.#parts = parts;
  }

  /** To be called every second. */
  look(): void {
    const { wallClock, onBehind, onRight } = this.#parts;
    const behindMs = wallClock.behindMs();
    const wasBehind = this.#looksBehind >= LOOKS;
    this.#looksBehind = behindMs > BEHIND_MS ? this.#looksBehind + 1 : 0;
    if (!wasBehind && this.#looksBehind >= LOOKS) onBehind(behindMs);
    else if (wasBehind && this.#looksBehind === 0) onRight();
  }
}
