/** Maps values to places on a picture. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
}

/** Ends of a range. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** No range that is wide enough to be told apart has more. */
const MOST_TICKS = 20;

/** Equal steps for equal differences, with about this many ticks at round numbers. */
export function linearScale(values: Range, places: Range, count: number): Scale {
  const { from, to } = widen(values);
  const step = roundStep((to - from) / count);
  // Adding 0 turns a negative zero into a plain one.
  const first = Math.ceil(from / step - 1e-9) * step + 0;
  const more = Math.min(MOST_TICKS, Math.floor((to - first) / step + 1e-9));
  const ticks = Array.from({ length: Math.max(0, more + 1) }, (_, index) => first + index * step);
  return { at: (value) => place((value - from) / (to - from), places), ticks };
}

/** Equal steps for equal ratios, from the power of ten below the range to the one above it; ticks at powers of ten. */
export function logScale(values: Range, places: Range): Scale {
  const from = Math.floor(Math.log10(values.from) + 1e-9);
  const to = Math.max(from + 1, Math.ceil(Math.log10(values.to) - 1e-9));
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  const at = (value: number): number =>
    place((Math.log10(Math.max(value, 10 ** from)) - from) / (to - from), places);
  return { at, ticks };
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const timeSteps: readonly number[] = [
  ...[100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((count) => count * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((count) => count * MINUTE),
  ...[1, 2, 3, 4, 6, 12, 24, 48, 96, 240].map((count) => count * HOUR),
];

/** Time since the start of a run, milliseconds, with about this many ticks where clocks have them. */
export function timeScale(toMs: number, places: Range, count: number): Scale {
  const to = Math.max(toMs, 1);
  const step = timeSteps.find((one) => to / one <= count) ?? roundStep(to / count);
  const ticks = Array.from({ length: Math.floor(to / step) + 1 }, (_, index) => index * step);
  return { at: (ms) => place(ms / to, places), ticks };
}

/** A range with room for a line to be seen in it. */
function widen({ from, to }: Range): Range {
  return to > from
    ? { from, to }
    : { from: from - Math.max(1, Math.abs(from) * 0.1), to: to + Math.max(1, Math.abs(to) * 0.1) };
}

/** 1, 2 or 5 times a power of ten: the first that is not below the step wanted. */
function roundStep(wanted: number): number {
  const power = 10 ** Math.floor(Math.log10(wanted));
  const factor = [1, 2, 5, 10].find((one) => one * power >= wanted * (1 - 1e-9)) ?? 10;
  return factor * power;
}

function place(share: number, { from, to }: Range): number {
  return from + Math.min(1.05, Math.max(-0.05, share)) * (to - from);
}
