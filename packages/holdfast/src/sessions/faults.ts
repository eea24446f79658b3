import { errorText } from '../core/error-text.ts';
import type { Fault, FaultPlace } from './session-event.ts';

/** A failure that stands in health until it is over. */
export interface StandingFault {
  readonly where: FaultPlace;
  /** How long it has stood, milliseconds. */
  readonly forMs: number;
  readonly error: string;
  /** What a person can do about it. */
  readonly do: string;
}

interface FaultRecord {
  count: number;
  untold: number;
  toldAt: number;
  sinceAt: number;
  lastAt: number;
  error: string;
  /** Stands until it is cleared, not until it has been quiet for a while. */
  isHeld: boolean;
}

/** How long a failure that was not cleared by anybody stands in health after it last happened. */
const quietMs = 60_000;
/** How often a failure of one place is told as an event. Every one is counted. */
const tellEveryMs = 60_000;

const remedies: Readonly<Record<FaultPlace, string>> = {
  listener: 'Mend the event listener that throws; the sessions go on without it.',
  hook: 'Mend the hook that throws, rejects or takes too long; see the log for its session.',
  socket: 'A socket method threw. Look at the adapter, and at the engine behind it.',
  timer: 'A timer could not be set. It is tried again at the next open and the next tick.',
  heartbeat: 'A heartbeat threw. The session named in the log is asked again after a second.',
  sweep: 'The sweep failed. It is retried with back-off; admission goes on reaping meanwhile.',
  'loop-lag': 'The event loop stalled. Look for synchronous work or a starved processor.',
  registry: 'The audit found registry and sockets at odds. This is a bug: please report it.',
  store:
    'The store of the cluster does not answer. Sessions go on; see `onStoreFailure` for newcomers.',
  application: 'The application failed to take a message. Look at its own log.',
};

/**
 * Every caught failure comes here (I6): it is counted, told, and stands in health until it is over. A place is told at
 * most once a minute, so that a failure in a hot path cannot drown the log that would explain it.
 */
export class Faults {
  readonly #now: () => number;
  readonly #tell: (fault: Fault) => void;
  readonly #places: Map<FaultPlace, FaultRecord> = new Map();

  constructor(now: () => number, tell: (fault: Fault) => void) {
    this.#now = now;
    this.#tell = tell;
  }

  /** Counts a failure and tells it. `hold` keeps it in health until {@link over}. */
  report(
    where: FaultPlace,
    error: unknown,
    about: { readonly session?: string; readonly hold?: boolean } = {},
  ): void {
    const now = this.#now();
    const record = this.#recordOf(where, now);
    if (!record.isHeld && now - record.lastAt >= quietMs) record.sinceAt = now;
    record.count += 1;
    record.lastAt = now;
    record.error = errorText(error);
    if (about.hold === true) record.isHeld = true;
    if (now - record.toldAt < tellEveryMs) {
      record.untold += 1;
      return;
    }
    const { untold } = record;
    record.toldAt = now;
    record.untold = 0;
    const session = about.session === undefined ? {} : { session: about.session };
    this.#tell({ type: 'fault', where, error: record.error, ...session, untold });
  }

  /** Does something that must not disturb anybody else; `otherwise` is the answer when it throws. */
  attempt<T>(where: FaultPlace, act: () => T, otherwise: T): T {
    try {
      return act();
    } catch (error) {
      this.report(where, error);
      return otherwise;
    }
  }

  /** Runs something that must not disturb anybody else. True when it did not throw. */
  guard(where: FaultPlace, act: () => void, session?: { readonly id: string }): boolean {
    try {
      act();
      return true;
    } catch (error) {
      this.report(where, error, session === undefined ? {} : { session: session.id });
      return false;
    }
  }

  /** The failure of this place is over. */
  over(where: FaultPlace): void {
    const record = this.#places.get(where);
    if (record === undefined) return;
    record.isHeld = false;
    record.lastAt = Number.NEGATIVE_INFINITY;
  }

  /** How often each place has failed. */
  counts(): ReadonlyMap<FaultPlace, number> {
    return new Map([...this.#places].map(([where, { count }]) => [where, count]));
  }

  /** What stands now. */
  standing(): StandingFault[] {
    const now = this.#now();
    return [...this.#places]
      .filter(([, { isHeld, lastAt }]) => isHeld || now - lastAt < quietMs)
      .map(([where, { sinceAt, error }]) => ({
        where,
        forMs: now - sinceAt,
        error,
        do: remedies[where],
      }));
  }

  #recordOf(where: FaultPlace, now: number): FaultRecord {
    const known = this.#places.get(where);
    if (known !== undefined) return known;
    const never = Number.NEGATIVE_INFINITY;
    const fresh = {
      count: 0,
      untold: 0,
      toldAt: never,
      sinceAt: now,
      lastAt: never,
      error: '',
      isHeld: false,
    };
    this.#places.set(where, fresh);
    return fresh;
  }
}
