const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, in the two largest units: `80ms`, `25s`, `3m12s`, `2h05m`, `4d01h`. */
export function formatAge(ms: number): string {
  const age = Math.max(0, Math.floor(ms));
  if (age < SECOND) return `${age}ms`;
  if (age < MINUTE) return `${Math.floor(age / SECOND)}s`;
  if (age < HOUR) return `${Math.floor(age / MINUTE)}m${twoDigits((age % MINUTE) / SECOND)}s`;
  if (age < DAY) return `${Math.floor(age / HOUR)}h${twoDigits((age % HOUR) / MINUTE)}m`;
  return `${Math.floor(age / DAY)}d${twoDigits((age % DAY) / HOUR)}h`;
}

function twoDigits(value: number): string {
  return String(Math.floor(value)).padStart(2, '0');
}
