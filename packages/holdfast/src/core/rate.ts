/** At most `perSecond` in the long run, and `burst` at once. */
export interface RateLimit {
  readonly perSecond: number;
  readonly burst: number;
}

/** What a rate limit says: passed, with the mark to keep, or not yet, with the time until one would pass. */
export type RateVerdict =
  | { readonly passed: true; readonly mark: number }
  | { readonly passed: false; readonly retryAfterMs: number };

/** Fractions of a millisecond that adding intervals up may be off by. */
const roundingMs = 1e-6;

/**
 * One step of the generic cell rate algorithm: the whole state of a limit is one number, the theoretical arrival time.
 * Source: ITU-T I.371, annex A.
 *
 * @param mark the number kept from the last verdict that passed, or any instant in the past
 */
export function spend(limit: RateLimit, mark: number, now: number): RateVerdict {
  const intervalMs = 1000 / limit.perSecond;
  const arrival = Math.max(mark, now);
  const earliest = arrival - (limit.burst - 1) * intervalMs;
  if (now < earliest - roundingMs)
    return { passed: false, retryAfterMs: Math.ceil(earliest - now) };
  return { passed: true, mark: arrival + intervalMs };
}
