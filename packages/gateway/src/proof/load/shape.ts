/** How arrivals are spread over a run. Every shape has the same number of them in all. */
export type Shape = 'steady' | 'ramp' | 'spike' | 'wave';

/** Every shape, with what `--help` says of it. */
export const shapes: Readonly<Record<Shape, string>> = {
  steady: 'the same rate all the time',
  ramp: 'from nothing to twice the rate',
  spike: 'five times as many during a tenth in the middle',
  wave: 'up and down four times',
};

/** When arrivals are due. */
export interface Timetable {
  readonly shape: Shape;
  /** Mean arrivals per second. */
  readonly ratePerSecond: number;
  readonly durationMs: number;
}

const SPIKE_BEGINS = 0.45;
const SPIKE_ENDS = 0.55;
/** A spike of a tenth with five times the rate of the rest: 0.9 + 0.1 x 5. */
const SPIKE_WEIGHT = 1.4;
const SPIKE_TIMES = 5;
const WAVES = 4;

/** The share of all arrivals that is due by this share of the time; both from 0 to 1, rising. */
function shareBy(shape: Shape, at: number): number {
  switch (shape) {
    case 'steady':
      return at;
    case 'ramp':
      return at * at;
    case 'spike': {
      const within = Math.min(Math.max(at - SPIKE_BEGINS, 0), SPIKE_ENDS - SPIKE_BEGINS);
      return (at + within * (SPIKE_TIMES - 1)) / SPIKE_WEIGHT;
    }
    case 'wave': {
      const turns = 2 * Math.PI * WAVES;
      return at - Math.sin(turns * at) / turns;
    }
  }
}

/** How many arrivals there are in all. */
export function countArrivals({ ratePerSecond, durationMs }: Timetable): number {
  return Math.floor((ratePerSecond * durationMs) / 1_000);
}

/**
 * When arrival `index` (from 0) is due, milliseconds from the start. The schedule does not depend on how the target does:
 * a latency counted from it is free of coordinated omission.
 */
export function instantOf(timetable: Timetable, index: number): number {
  const wanted = index / Math.max(countArrivals(timetable), 1);
  let low = 0;
  let high = 1;
  // The share rises with the time, so halving finds it; 40 halvings are finer than a nanosecond of a day.
  for (let step = 0; step < 40; step += 1) {
    const middle = (low + high) / 2;
    if (shareBy(timetable.shape, middle) < wanted) low = middle;
    else high = middle;
  }
  return high * timetable.durationMs;
}
