import { parseJsonObject } from './compact-token.ts';
import { isTextOfBytes, isUserId } from './user-id.ts';
import { type Identity, type Refusal, refuseToken } from './verdict.ts';

/** What the gateway asks of a token beyond its signature. */
export interface ClaimPolicy {
  readonly issuer?: string;
  readonly audience?: string;
  /** Accept tokens without `exp`. */
  readonly allowUnexpiring: boolean;
}

/** The claims of a token whose signature holds. Whether it is in force depends on the time. */
export interface Claims {
  readonly identity: Identity;
  /** The token is not in force before this instant, in ms of wall time; 0 when it does not say. */
  readonly notBeforeMs: number;
  /** It expires at this instant, in ms of wall time; absent for one that never does. */
  readonly expiresAtMs?: number;
}

/** Claims read, or the one that is wrong. */
export type ReadClaims = { readonly ok: true; readonly claims: Claims } | Refusal;

const LARGEST_LABEL_BYTES = 128;
const LARGEST_LIMIT = 1000;
/** The last second of the year 9999. A larger one was meant as milliseconds. */
const LATEST_SECONDS = 253_402_300_799;

/** Reads the payload of a token whose signature holds. No claim's value is repeated in a refusal. */
export function readClaims(payload: Uint8Array, policy: ClaimPolicy): ReadClaims {
  const claims = parseJsonObject(payload);
  if (claims === undefined) {
    return refuseToken('malformed', 'Expected the payload of the token to be a JSON object.');
  }
  const refusal = checkTimes(claims, policy) ?? checkNames(claims) ?? checkParties(claims, policy);
  if (refusal !== undefined) return refusal;
  return {
    ok: true,
    claims: {
      identity: toIdentity(claims),
      notBeforeMs: toMs(claims['nbf']),
      ...(claims['exp'] !== undefined && { expiresAtMs: toMs(claims['exp']) }),
    },
  };
}

type Payload = Readonly<Record<string, unknown>>;

function checkTimes(claims: Payload, policy: ClaimPolicy): Refusal | undefined {
  for (const name of ['exp', 'nbf', 'iat']) {
    if (claims[name] !== undefined && !isNumericDate(claims[name])) {
      return badClaim(name, 'a time in seconds since 1970');
    }
  }
  if (claims['exp'] === undefined && !policy.allowUnexpiring) {
    return badClaim('exp', 'there (`--allow-unexpiring-tokens` lifts that)');
  }
  return undefined;
}

function checkNames(claims: Payload): Refusal | undefined {
  const { sub, device, jti, max_sessions: limit } = claims;
  if (!isUserId(sub)) return badClaim('sub', 'a user id of 1 to 256 bytes');
  const label = `text of 1 to ${LARGEST_LABEL_BYTES} bytes`;
  if (device !== undefined && !isTextOfBytes(device, LARGEST_LABEL_BYTES)) {
    return badClaim('device', label);
  }
  if (jti !== undefined && !isTextOfBytes(jti, LARGEST_LABEL_BYTES)) return badClaim('jti', label);
  if (limit !== undefined && !isLimit(limit)) {
    return badClaim('max_sessions', `a whole number from 1 to ${LARGEST_LIMIT}`);
  }
  return undefined;
}

function checkParties(claims: Payload, { issuer, audience }: ClaimPolicy): Refusal | undefined {
  if (issuer !== undefined && claims['iss'] !== issuer) {
    return refuseToken('wrong-issuer', 'Expected `iss` of the token to be the configured issuer.');
  }
  const audiences: unknown = claims['aud'];
  const isFor = Array.isArray(audiences) ? audiences.includes(audience) : audiences === audience;
  if (audience !== undefined && !isFor) {
    const detail = 'Expected `aud` of the token to hold the configured audience.';
    return refuseToken('wrong-audience', detail);
  }
  return undefined;
}

/** Reads what the checks above have found to be of the right types. */
function toIdentity(claims: Payload): Identity {
  return {
    userId: claims['sub'] as string,
    ...(claims['device'] !== undefined && { device: claims['device'] as string }),
    ...(claims['max_sessions'] !== undefined && { limit: claims['max_sessions'] as number }),
    ...(claims['jti'] !== undefined && { jti: claims['jti'] as string }),
    ...(claims['iat'] !== undefined && { issuedAtMs: toMs(claims['iat']) }),
  };
}

function isNumericDate(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LATEST_SECONDS;
}

function isLimit(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LARGEST_LIMIT;
}

/** Whole ms: a time with more digits than that is rounded, so that a minted one reads back. */
function toMs(seconds: unknown): number {
  return typeof seconds === 'number' ? Math.round(seconds * 1000) : 0;
}

function badClaim(name: string, expected: string): Refusal {
  return refuseToken('bad-claim', `Expected \`${name}\` of the token to be ${expected}.`);
}
