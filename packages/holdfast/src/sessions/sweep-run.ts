import { errorText } from '../core/error-text.ts';
import { causeOfDeath, type DeathCause } from '../core/death.ts';
import { auditSession } from './audit.ts';
import type { Clock } from './clock.ts';
import type { Door } from './door.ts';
import type { Faults } from './faults.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Session } from './session.ts';

/** What a run works with. */
export interface SweepRunRooms {
  readonly clock: Clock;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly heartbeat: Heartbeat;
  readonly door: Door;
  readonly faults: Faults;
}

/** What a reap did. All numbers are true. */
export interface ReapReport {
  readonly reaped: readonly { readonly id: string; readonly cause: DeathCause }[];
  /** Sessions that were looked at and live. */
  readonly kept: number;
  /** Sessions that could not be looked at, and why; they are left as they are. */
  readonly failed: readonly { readonly id: string; readonly error: string }[];
}

/** A report with what the audit saw. */
export interface SweepReport extends ReapReport {
  readonly examined: number;
  readonly drift: number;
  readonly tookMs: number;
}

/** Told once how a run ended. */
export interface SweepListener {
  done(report: SweepReport): void;
  failed(error: unknown): void;
}

/** Places looked at between two looks at the clock, and how long one slice may take. */
const slicePlaces = 256;
const sliceMs = 4;

/** One look at every session, in slices with a poll between them. */
export class SweepRun {
  readonly #rooms: SweepRunRooms;
  readonly #over: SweepListener;
  readonly #startedAtRaw: number;
  readonly #reaped: { id: string; cause: DeathCause }[] = [];
  readonly #failed: { id: string; error: string }[] = [];
  #index = 0;
  #examined = 0;
  #kept = 0;
  #drift = 0;

  constructor(rooms: SweepRunRooms, over: SweepListener) {
    this.#rooms = rooms;
    this.#over = over;
    this.#startedAtRaw = rooms.clock.nowMs();
  }

  /** Works until the slice is over, or to the end. Never throws: what goes wrong ends the run as failed. */
  step(): void {
    try {
      if (this.#isSliceLast()) this.#over.done(this.#report());
      else this.#rooms.clock.afterPoll(() => this.step());
    } catch (error) {
      this.#over.failed(error);
    }
  }

  #isSliceLast(): boolean {
    const { clock, registry } = this.#rooms;
    const sliceEndsAt = clock.nowMs() + sliceMs;
    while (this.#index < registry.reach) {
      const until = Math.min(this.#index + slicePlaces, registry.reach);
      for (; this.#index < until; this.#index += 1) this.#look(registry.at(this.#index));
      if (clock.nowMs() >= sliceEndsAt) return this.#index >= registry.reach;
    }
    return true;
  }

  #report(): SweepReport {
    return {
      reaped: this.#reaped,
      kept: this.#kept,
      failed: this.#failed,
      examined: this.#examined,
      drift: this.#drift,
      tookMs: this.#rooms.clock.nowMs() - this.#startedAtRaw,
    };
  }

  /** A poisoned session spoils the run, never the look at the others. */
  #look(session: Session | null): void {
    if (session === null) return;
    const { heartbeat, pulse, door } = this.#rooms;
    this.#examined += 1;
    try {
      session.socket?.transport();
      const cause = causeOfDeath(session, heartbeat.patience, pulse.polledAt);
      if (cause !== null && door.reap(session, cause)) {
        this.#reaped.push({ id: session.id, cause });
      } else if (session.state !== 'closed') {
        this.#kept += 1;
        this.#drift += auditSession(session, this.#rooms);
      }
    } catch (error) {
      this.#failed.push({ id: session.id, error: errorText(error) });
    }
  }
}
