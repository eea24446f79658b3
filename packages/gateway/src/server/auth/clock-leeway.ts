/**
 * How far the issuer's clock may be ahead of ours, in ms: `nbf` and `iat` may lie this far in the
 * future, and a revocation reaches tokens whose `iat` lies this far behind it. `exp` gets none: an
 * expired token is expired.
 */
export const CLOCK_LEEWAY_MS: number = 5000;
