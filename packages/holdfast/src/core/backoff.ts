/** The shape of a delay that grows with each failure. Milliseconds. */
export interface BackoffPolicy {
  readonly firstMs: number;
  readonly maxMs: number;
}

/**
 * The delay before attempt number `failures` + 1, with full jitter: a uniform draw from nothing up to a ceiling that
 * doubles. Source: Marc Brooker, "Exponential Backoff and Jitter", AWS Architecture Blog, 2015.
 *
 * @param random a draw from [0, 1)
 */
export function backoffMs(policy: BackoffPolicy, failures: number, random: number): number {
  return Math.floor(backoffCeilingMs(policy, failures) * random);
}

/** The longest delay that can be drawn after this many failures in a row; `firstMs` after the first. */
export function backoffCeilingMs(policy: BackoffPolicy, failures: number): number {
  const doublings = Math.min(Math.max(failures - 1, 0), 52);
  return Math.min(policy.maxMs, policy.firstMs * 2 ** doublings);
}
