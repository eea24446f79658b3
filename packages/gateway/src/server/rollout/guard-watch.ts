import type { Metrics, SessionEvent, SessionLayer } from 'holdfast';
import { type GuardRules, type GuardSample, type GuardState, look, unsuspecting } from './guard.ts';
import type { Rollout } from './rollout.ts';

/** What the watch works with. */
export interface GuardWatchParts {
  readonly layer: Pick<SessionLayer, 'health' | 'counts'>;
  readonly metrics: Pick<Metrics, 'opened' | 'closed'>;
  readonly rollout: Pick<Rollout, 'isGuarded' | 'guardBack'>;
  readonly rules: GuardRules;
  /** Monotonic ms. */
  readonly now: () => number;
  readonly memoryBytes: () => number;
  /** The sweep ends with the gateway: that is no failure. */
  readonly isStopping: () => boolean;
}

/** How often the logs are weighed, which takes a look at every session. */
const WEIGH_EVERY_MS = 60_000;

/** Takes the samples for the guard, and rolls back when it says so. A guard that has nothing to guard forgets what it saw. */
export class GuardWatch {
  readonly #parts: GuardWatchParts;
  #state: GuardState = unsuspecting;
  #creations = 0;
  #slow = 0;
  #slowestMs = 0;
  /** Those of single sessions do not count: the others are swept. */
  #sweepFailuresInARow = 0;
  #logBytes = 0;
  #weighedAtMs: number = Number.NEGATIVE_INFINITY;

  constructor(parts: GuardWatchParts) {
    this.#parts = parts;
  }

  get rules(): GuardRules {
    return this.#parts.rules;
  }

  /** Hears the events of the layer. */
  readonly hear = (event: SessionEvent): void => {
    if (event.type === 'opened') this.#created(event.workMs);
    else if (event.type === 'swept') this.#sweepFailuresInARow = 0;
    else if (event.type === 'sweepFailed' && event.isComplete) this.#sweepFailuresInARow += 1;
  };

  /** To be called every second. */
  look(): void {
    const { rollout, rules, isStopping } = this.#parts;
    if (!rollout.isGuarded || isStopping()) {
      this.#forget();
      return;
    }
    const { state, cause } = look(this.#state, this.#sample(), rules);
    this.#state = state;
    this.#clearCounts();
    if (cause === null) return;
    this.#forget();
    rollout.guardBack(cause);
  }

  #created(workMs: number): void {
    this.#creations += 1;
    if (workMs <= this.#parts.rules.latencyMs) return;
    this.#slow += 1;
    this.#slowestMs = Math.max(this.#slowestMs, workMs);
  }

  #sample(): GuardSample {
    const { layer, metrics, now, memoryBytes } = this.#parts;
    const nowMs = now();
    if (nowMs - this.#weighedAtMs >= WEIGH_EVERY_MS) {
      this.#weighedAtMs = nowMs;
      this.#logBytes = layer.counts().logBytes;
    }
    return {
      nowMs,
      creations: this.#creations,
      slow: this.#slow,
      slowestMs: this.#slowestMs,
      isSweepRunning: layer.health().cleanup.running,
      sweepFailuresInARow: this.#sweepFailuresInARow,
      memoryBytes: memoryBytes(),
      sessions: metrics.opened - metrics.closed,
      logBytes: this.#logBytes,
    };
  }

  #forget(): void {
    this.#state = unsuspecting;
    this.#weighedAtMs = Number.NEGATIVE_INFINITY;
    this.#clearCounts();
  }

  #clearCounts(): void {
    this.#creations = 0;
    this.#slow = 0;
    this.#slowestMs = 0;
  }
}
