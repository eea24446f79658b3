/** Who a token says is there. */
export interface Identity {
  readonly userId: string;
  readonly device?: string;
  /** The token's `max_sessions`: the limit in force for this newcomer. */
  readonly limit?: number;
  readonly jti?: string;
  /** When the token was issued, in ms of wall time; absent when it does not say. */
  readonly issuedAtMs?: number;
}

/** Who is there by a token that is in force, and for how long. */
export interface Bearer extends Identity {
  /**
   * When the token expires, in monotonic ms; absent for one that never does. It is made of `exp` once,
   * when the token is judged: a clock that is set later ends no session.
   */
  readonly endsAtMs?: number;
  /** The same as its issuer wrote it, ms since 1970: for telling clients, never for deciding. */
  readonly expiresAtMs?: number;
}

/** Why a token does not let its bearer in. */
export type RefusalReason =
  | 'missing'
  | 'malformed'
  | 'bad-signature'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-issuer'
  | 'wrong-audience'
  | 'bad-claim'
  | 'revoked'
  /** It cannot be told now (keys cannot be fetched): close 1013, not 4401. */
  | 'unavailable';

/** A token that does not let its bearer in. `detail` repeats nothing of the token. */
export interface Refusal {
  readonly ok: false;
  readonly reason: RefusalReason;
  readonly detail: string;
}

/** What became of a token. */
export type Verdict = { readonly ok: true; readonly identity: Bearer } | Refusal;

/** Makes a refusal. `detail` must not repeat anything of the token. */
export function refuseToken(reason: RefusalReason, detail: string): Refusal {
  return { ok: false, reason, detail };
}
