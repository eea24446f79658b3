import { evenSpread } from './even-spread.ts';

/** When clients may come back: whole milliseconds from the beginning of a drain. */
export interface ReturnWindow {
  /** Before this nobody comes back: the process needs it to be gone. */
  readonly fromMs: number;
  /** Nobody is told to come back at this instant or later. */
  readonly toMs: number;
}

const longestFloorMs = 1_000;
const floorShare = 10;
/** A tenth of a second sees at most this share of the clients back. */
const mostShare = 20;
const shareMs = 100;

/** The window for a drain of this length: it begins after a second, or after a tenth of a shorter drain. */
export function returnWindow(withinMs: number): ReturnWindow {
  return { fromMs: Math.min(longestFloorMs, Math.floor(withinMs / floorShare)), toMs: withinMs };
}

/**
 * Return times for so many clients, in shuffled order. Each client has a place of its own, all of one length, and lies
 * somewhere in it: independent draws would pile up. Of `n` clients and a window of `w` ms, any 100 ms see
 * - at most one, where `n` is below 20 and `w` at least 2,000
 * - at most `n / 20`, a twentieth, where `n` is 20 or more and `w` at least `100 n / ⌊n / 20⌋`: 2,000 ms for multiples of
 *   20, little more for large crowds, 3,900 ms for 39 clients, the worst case
 * - at most `100 n / w`, rounded up, in a shorter window: there is no way to place them with fewer
 *
 * @param random draws from [0, 1)
 */
export function spreadReturns(
  count: number,
  { fromMs, toMs }: ReturnWindow,
  random: () => number,
): Uint32Array {
  const widthMs = toMs - fromMs;
  const most = Math.max(1, Math.floor(count / mostShare));
  // Where one lies in its place may differ by no more than leaves 100 ms between it and the one that is `most` further.
  const slackMs = Math.floor((most * widthMs) / count) - shareMs + 1;
  const jitterMs = Math.max(1, Math.min(Math.floor(widthMs / count), slackMs));
  const returns = new Uint32Array(count);
  for (let place = 0; place < count; place += 1) {
    const begin = fromMs + Math.floor((place * widthMs) / count);
    const other = Math.floor(random() * (place + 1));
    // Fisher and Yates, "inside out": the order is shuffled while it is laid.
    returns[place] = returns[other] ?? 0;
    returns[other] = begin + Math.floor(random() * jitterMs);
  }
  return returns;
}

/**
 * The return time of the next of those who come to a drain under way, whole milliseconds from now: how many come is not known,
 * so they fall evenly over what is left of the window. Undefined when nothing is left.
 *
 * @param turn how many came before
 */
export function nextReturnMs(
  { fromMs, toMs }: ReturnWindow,
  elapsedMs: number,
  turn: number,
): number | undefined {
  const leftMs = toMs - elapsedMs;
  if (leftMs <= 0) return undefined;
  const soonestMs = Math.max(0, fromMs - elapsedMs);
  return Math.floor(soonestMs + (leftMs - soonestMs) * evenSpread(turn));
}
