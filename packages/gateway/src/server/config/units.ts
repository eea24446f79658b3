/** What a token bucket is given: refill and size, both counted in tokens. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

const MS_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['ms', 1],
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
]);

const BYTES_PER_UNIT: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1024],
  ['mb', 1024 ** 2],
  ['gb', 1024 ** 3],
]);

const NUMBER_WITH_UNIT = /^(\d{1,15}(?:\.\d{1,6})?)([a-z]*)$/i;
const RATE = /^(\d{1,9}(?:\.\d{1,6})?)\/s$/i;

/**
 * Reads `80ms`, `25s`, `5m`, `1h`; a bare number is milliseconds. Answers whole milliseconds, or
 * undefined when the text is not such a duration.
 */
export function parseDuration(text: string): number | undefined {
  return parseWithUnit(text, MS_PER_UNIT);
}

/** Reads `64kb`, `1mb` (1 kb = 1024 bytes); a bare number is bytes. Undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  return parseWithUnit(text, BYTES_PER_UNIT);
}

/**
 * Reads `50/s`. The burst is not written by the user: it is `burstFactor` times the rate, at least
 * one. Undefined when the text is not a rate above zero.
 */
export function parseRate(text: string, burstFactor = 1): Rate | undefined {
  const digits = RATE.exec(text.trim())?.[1];
  if (digits === undefined) return undefined;
  const perSecond = Number(digits);
  if (perSecond <= 0) return undefined;
  return { perSecond, burst: Math.max(1, Math.ceil(perSecond * burstFactor)) };
}

/** Reads `50/s` where only whole numbers are meant, as that number; undefined for anything else. */
export function parseWholeRate(text: string): number | undefined {
  const perSecond = parseRate(text)?.perSecond;
  return Number.isInteger(perSecond) ? perSecond : undefined;
}

/** Reads a percentage such as `10`, `10%` or `0.25`, from 0 to 100 with at most two decimals; undefined for anything else. */
export function parsePercent(text: string): number | undefined {
  const digits = /^(\d{1,3}(?:\.\d{1,2})?)%?$/.exec(text.trim())?.[1];
  const percent = digits === undefined ? undefined : Number(digits);
  return percent !== undefined && percent <= 100 ? percent : undefined;
}

/** Prints milliseconds in the largest unit that leaves a whole number: 90000 is `90s`. */
export function formatDuration(ms: number): string {
  return formatWithUnit(ms, ['h', 'm', 's'], MS_PER_UNIT) ?? `${ms}ms`;
}

/** Prints bytes in the largest unit that leaves a whole number: 65536 is `64kb`. */
export function formatSize(bytes: number): string {
  return formatWithUnit(bytes, ['gb', 'mb', 'kb'], BYTES_PER_UNIT) ?? String(bytes);
}

function parseWithUnit(text: string, units: ReadonlyMap<string, number>): number | undefined {
  const match = NUMBER_WITH_UNIT.exec(text.trim());
  const factor = units.get((match?.[2] ?? '').toLowerCase());
  if (match === null || factor === undefined) return undefined;
  // 0.3 * 1000 is not exactly 300 in binary; anything nearer to a whole number than this is one.
  const value = Number(match[1]) * factor;
  const whole = Math.round(value);
  if (Math.abs(value - whole) > 1e-6 || !Number.isSafeInteger(whole)) return undefined;
  return whole;
}

function formatWithUnit(
  value: number,
  largestFirst: readonly string[],
  units: ReadonlyMap<string, number>,
): string | undefined {
  if (value === 0) return undefined;
  for (const unit of largestFirst) {
    const factor = units.get(unit) ?? 1;
    if (value % factor === 0) return `${value / factor}${unit}`;
  }
  return undefined;
}
