import { errorText } from '../core/error-text.ts';
import { backoffCeilingMs, type BackoffPolicy } from '../core/backoff.ts';
import type { TimerHandle } from './clock.ts';
import type { EventStream } from './event-stream.ts';
import {
  type ReapReport,
  type SweepListener,
  type SweepReport,
  SweepRun,
  type SweepRunRooms,
} from './sweep-run.ts';

/** What the sweep works with. */
export interface SweepRooms extends SweepRunRooms {
  readonly events: EventStream;
  readonly intervalMs: number;
  /** Lets go of what other rooms keep longer than they need. */
  readonly tidy: () => void;
}

/** How the sweep is doing. */
export interface SweepHealth {
  readonly running: boolean;
  /** Absent before the first run. */
  readonly lastRunMsAgo?: number;
  readonly intervalMs: number;
  readonly failures: number;
}

const retries: BackoffPolicy = { firstMs: 1_000, maxMs: 60_000 };
/** After this many failures in a row the fault stands until a run succeeds. */
const failuresToHold = 3;

/**
 * The net under everything: at each interval it looks at every session, ends the dead it finds and audits the registry
 * against the sockets. It should find nothing. Its timer is its own, and whoever opens a session or asks for health sees
 * to it that it runs.
 */
export class Sweep {
  readonly #rooms: SweepRooms;
  #timer: TimerHandle = null;
  /** By the raw clock: when the timer that is set should fire. */
  #dueAtRaw = 0;
  #lastRunAtRaw: number | null = null;
  #isStarted = false;
  /** Stopped for good: nothing starts it again. */
  #isOver = false;
  /** Who waits for the run under way; null when none is. */
  #awaiting: SweepListener[] | null = null;
  #failures = 0;
  #failuresInARow = 0;
  #drift = 0;

  constructor(rooms: SweepRooms) {
    this.#rooms = rooms;
  }

  /** What the last audit found at odds, and put right. Must be 0. */
  get drift(): number {
    return this.#drift;
  }

  /** Starts the sweep, or sees to it that it still runs: one whose timer was lost runs at once. */
  ensure(): void {
    if (this.#isOver || this.#awaiting !== null) return;
    if (!this.#isStarted) this.#schedule(this.#rooms.intervalMs);
    else if (this.#isOverdue) this.#schedule(0);
  }

  /** Ends it for good. */
  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#timer !== null) this.#rooms.clock.cancel(this.#timer);
    this.#timer = null;
    this.#isStarted = false;
    this.#rooms.events.emit({ type: 'sweepStopped' });
  }

  health(): SweepHealth {
    const running = this.#isStarted && (this.#awaiting !== null || !this.#isOverdue);
    const now = this.#rooms.clock.nowMs();
    const ago =
      this.#lastRunAtRaw === null ? {} : { lastRunMsAgo: Math.floor(now - this.#lastRunAtRaw) };
    return { running, ...ago, intervalMs: this.#rooms.intervalMs, failures: this.#failures };
  }

  /** Reaps now and tells of it; whoever asks while a run is under way gets that one. */
  async reapAll(): Promise<ReapReport> {
    const report = await new Promise<ReapReport>((resolve, reject) => {
      this.#run({
        done: ({ reaped, kept, failed }) => resolve({ reaped, kept, failed }),
        failed: reject,
      });
    });
    const { reaped, kept } = report;
    this.#rooms.events.emit({ type: 'reaped', scope: 'all', cleaned: reaped.length, kept });
    return report;
  }

  get #isOverdue(): boolean {
    const graceMs = Math.min(this.#rooms.intervalMs, 5_000);
    return this.#timer === null || this.#rooms.clock.nowMs() > this.#dueAtRaw + graceMs;
  }

  #schedule(delayMs: number): void {
    const { clock, events, intervalMs } = this.#rooms;
    try {
      if (this.#timer !== null) clock.cancel(this.#timer);
      this.#timer = null;
      this.#timer = clock.after(delayMs, () => this.#turn());
      this.#dueAtRaw = clock.nowMs() + delayMs;
    } catch (error) {
      this.#isStarted = false;
      this.#retryStart(this.#failed(error));
      return;
    }
    if (this.#isStarted) return;
    this.#isStarted = true;
    events.emit({ type: 'sweepStarted', intervalMs });
  }

  /** The timer could not be set. If this one cannot be set either, the next open or look at health tries again. */
  #retryStart(delayMs: number): void {
    const { clock, faults } = this.#rooms;
    faults.guard('timer', () => {
      this.#timer = clock.after(delayMs, () => this.ensure());
    });
  }

  #turn(): void {
    this.#timer = null;
    this.#run({
      done: (report) => this.#concluded(report),
      failed: (error) => this.#reschedule(this.#failed(error)),
    });
  }

  #run(listener: SweepListener): void {
    if (this.#awaiting !== null) {
      this.#awaiting.push(listener);
      return;
    }
    this.#awaiting = [listener];
    const tellAll = (tell: (one: SweepListener) => void): void => {
      const awaiting = this.#awaiting ?? [];
      this.#awaiting = null;
      for (const one of awaiting) tell(one);
    };
    const failed = (error: unknown): void => tellAll((one) => one.failed(error));
    const done = (report: SweepReport): void => {
      this.#note(report);
      tellAll((one) => one.done(report));
    };
    try {
      this.#rooms.pulse.ensure();
      new SweepRun(this.#rooms, { done, failed }).step();
    } catch (error) {
      failed(error);
    }
  }

  #note({ examined, reaped, drift, tookMs }: SweepReport): void {
    const { clock, events, tidy } = this.#rooms;
    tidy();
    this.#drift = drift;
    this.#lastRunAtRaw = clock.nowMs();
    events.emit({ type: 'swept', examined, reaped: reaped.length, drift, tookMs });
  }

  #concluded({ failed: [first] }: SweepReport): void {
    if (first !== undefined) {
      const error = new Error(`Could not look at session ${first.id}: ${first.error}`);
      this.#reschedule(this.#failed(error, false));
      return;
    }
    this.#failuresInARow = 0;
    this.#rooms.faults.over('sweep');
    this.#reschedule(this.#rooms.intervalMs);
  }

  /** The next run, unless the sweep was stopped while this one ran. */
  #reschedule(delayMs: number): void {
    if (this.#isStarted) this.#schedule(delayMs);
  }

  /** Counts and tells a failure. Returns how long to wait before the next attempt. */
  #failed(error: unknown, isComplete = true): number {
    const { faults, events } = this.#rooms;
    this.#failures += 1;
    this.#failuresInARow += 1;
    const retryAfterMs = backoffCeilingMs(retries, this.#failuresInARow);
    faults.report('sweep', error, { hold: this.#failuresInARow >= failuresToHold });
    const inARow = this.#failuresInARow;
    const about = { error: errorText(error), isComplete, inARow, retryAfterMs };
    events.emit({ type: 'sweepFailed', ...about });
    return retryAfterMs;
  }
}
