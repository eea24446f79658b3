/** The two clocks a wall clock is made from, both in ms. */
export interface ClockReadings {
  /** Time of day; may jump either way. */
  readonly wall: () => number;
  /** Never goes back; its zero means nothing. */
  readonly monotonic: () => number;
}

/** Time of day that does not go back, for judging when a token expires. */
export interface WallClock {
  /** Ms since 1970, never less than what monotonic time makes of an earlier reading. */
  readonly now: () => number;
  /**
   * How far the machine's clock is behind `now()`, in ms. More than a few seconds for long means
   * that it was set back and tokens seem to expire early: a fault to tell, over after a restart.
   */
  readonly behindMs: () => number;
}

/** A lead of the machine's clock up to this is drift, and is believed at once. */
const DRIFT_MS = 5000;
/** A step forward becomes the floor after it has stood this long. */
const SETTLE_MS = 300_000;

/**
 * Makes a wall clock on which an expired token stays expired: time is the machine's clock, but at
 * least the floor, and the floor goes on with monotonic time. When the machine's clock is set back,
 * the floor stays in force.
 *
 *     machine's clock leads by ≤ 5 s            the floor follows at once (drift)
 *     … by more, and still does after 5 min     the floor follows (suspension, a late correction)
 *     … by more, then is set back before that   the floor stays: an hour forward and back again
 *                                               must not leave every new token expired for an hour
 */
export function createWallClock(readings: ClockReadings): WallClock {
  let floorAtWall = readings.wall();
  let floorAtMonotonic = readings.monotonic();
  let leadSince: number | undefined;

  function now(): number {
    const wall = readings.wall();
    const monotonic = readings.monotonic();
    const floor = floorAtWall + (monotonic - floorAtMonotonic);
    const lead = wall - floor;
    if (lead <= DRIFT_MS) leadSince = undefined;
    else leadSince ??= monotonic;
    const isSettled = leadSince !== undefined && monotonic - leadSince >= SETTLE_MS;
    if (lead > 0 && (lead <= DRIFT_MS || isSettled)) {
      floorAtWall = wall;
      floorAtMonotonic = monotonic;
      leadSince = undefined;
    }
    return Math.max(wall, floor);
  }

  return {
    now,
    behindMs: () => Math.max(0, now() - readings.wall()),
  };
}
