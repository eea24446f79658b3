/** How numbers of one unit are written. */
export type Format = (value: number) => string;

const whole: Intl.NumberFormat = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const three: Intl.NumberFormat = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** Three digits that count; more where the number is whole and has them. */
export function formatNumber(value: number): string {
  return Math.abs(value) >= 100 ? whole.format(value) : three.format(value);
}

/** A short time: `0.25 ms`, `1,200 ms`. */
export function formatMs(value: number): string {
  return `${formatNumber(value)} ms`;
}

/** Bytes in MB of a million. */
export function formatBytes(value: number): string {
  return `${formatNumber(value / 1e6)} MB`;
}

/** A stretch of a run: `850 ms`, `12.5 s`, `4 min 10 s`, `24 h`. */
export function formatSpan(ms: number): string {
  if (ms < 1_000) return `${whole.format(ms)} ms`;
  const seconds = Math.round(ms / 1_000);
  if (ms < 60_000) return `${three.format(ms / 1_000)} s`;
  const parts = [
    [Math.floor(seconds / 3_600), 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ] as const;
  return parts
    .filter(([count]) => count > 0)
    .slice(0, 2)
    .map(([count, unit]) => `${whole.format(count)} ${unit}`)
    .join(' ');
}

/** How values of a unit in evidence are written. */
export function formatFor(unit: string): Format {
  if (unit === 'ms') return formatMs;
  if (unit === 'bytes') return formatBytes;
  if (unit === '0 or 1' || unit === 'number') return formatNumber;
  return (value) => `${formatNumber(value)} ${unit}`;
}
