import type { Rooms } from './rooms.ts';
import type { SweepHealth } from './sweep.ts';
import { Tally, type Tallied } from './tally.ts';

/** The gauges that are there without a look at each session. */
export interface Counts {
  readonly sessions: number;
  readonly users: number;
  readonly waiting: number;
  readonly lingering: number;
  /** Sessions that would not be here were their users not only observed, and those of which that is not known yet. */
  readonly spared: number;
  readonly logs: number;
  /** What the logs take in memory, about; what they share of broadcasts weighs once. At most `historyTotalBytes`. */
  readonly logBytes: number;
  readonly drift: number;
  readonly sweep: SweepHealth;
}

/** Every gauge, read from its source at the moment of asking. Reading changes nothing. */
export interface Gauges extends Counts, Tallied {}

/** For how long a slice of the look at each session may keep the event loop, milliseconds. */
const sliceMs = 2;

/** Reads what is counted at any time. */
export function readCounts(rooms: Rooms): Counts {
  const { registry, waiting, lingering, refusals, shadow, history, sweep } = rooms;
  return {
    sessions: registry.size,
    users: registry.userCount,
    waiting: waiting.size,
    lingering: lingering.size + refusals.size,
    spared: shadow.size,
    logs: history.size,
    logBytes: history.weight,
    drift: sweep.drift,
    sweep: sweep.health(),
  };
}

/** Reads every gauge at one instant. O(sessions). */
export function readGauges(rooms: Rooms): Gauges {
  const tally = new Tally(rooms);
  tally.step(Number.POSITIVE_INFINITY);
  return { ...readCounts(rooms), ...tally.read() };
}

/** Reads every gauge, the sessions in slices with a poll between them; the counts are those of its end. */
export async function surveyGauges(rooms: Rooms): Promise<Gauges> {
  const { clock } = rooms;
  const tally = new Tally(rooms);
  while (!tally.step(clock.nowMs() + sliceMs)) {
    await new Promise<void>((resolve) => {
      clock.afterPoll(resolve);
    });
  }
  return { ...readCounts(rooms), ...tally.read() };
}
