import type { Claims } from './claims.ts';
import type { Revocations } from './revocations.ts';
import { type Verdict, refuseToken } from './verdict.ts';

/**
 * How far the issuer's clock may be ahead of ours, in ms: `nbf` and `iat` may lie this far in the
 * future. `exp` gets none: an expired token is expired.
 */
const CLOCK_LEEWAY_MS: number = 5000;

/** What decides, beside the token itself, whether it is in force. */
export interface Judge {
  /** Wall time in ms that does not go back (`createWallClock`). */
  readonly now: () => number;
  readonly revocations: Revocations;
}

/** Whether a token whose signature and claims hold is in force at this moment. */
export function judgeClaims({ identity, notBeforeMs }: Claims, judge: Judge): Verdict {
  const now = judge.now();
  const { issuedAtMs = 0, expiresAtMs = Number.POSITIVE_INFINITY } = identity;
  if (expiresAtMs <= now) {
    return refuseToken('expired', 'Expected a token that has not expired. Get a new one.');
  }
  if (Math.max(notBeforeMs, issuedAtMs) > now + CLOCK_LEEWAY_MS) {
    const detail =
      'Expected a token that is valid already: compare the clocks of issuer and gateway.';
    return refuseToken('not-yet-valid', detail);
  }
  if (judge.revocations.isRevoked(identity)) {
    return refuseToken('revoked', 'Expected a token that has not been revoked. Get a new one.');
  }
  return { ok: true, identity };
}
