import type { Claims } from './claims.ts';
import { CLOCK_LEEWAY_MS } from './clock-leeway.ts';
import type { Revocations } from './revocations.ts';
import { type Verdict, refuseToken } from './verdict.ts';

/** What decides, beside the token itself, whether it is in force. */
export interface Judge {
  /** Wall time in ms that does not go back (`createWallClock`). */
  readonly now: () => number;
  /** Ms that never go back; their zero means nothing. */
  readonly monotonic: () => number;
  readonly revocations: Revocations;
}

/** Whether a token whose signature and claims hold is in force at this moment. */
export function judgeClaims(claims: Claims, judge: Judge): Verdict {
  const { identity, notBeforeMs, expiresAtMs } = claims;
  const { issuedAtMs = 0 } = identity;
  const now = judge.now();
  if (expiresAtMs !== undefined && expiresAtMs <= now) {
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
  if (expiresAtMs === undefined) return { ok: true, identity };
  const endsAtMs = judge.monotonic() + expiresAtMs - now;
  return { ok: true, identity: { ...identity, endsAtMs, expiresAtMs } };
}
