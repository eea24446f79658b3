import { KeySet } from './auth/key-set.ts';
import { Revocations } from './auth/revocations.ts';
import { createTokenVerifier, type TokenVerifier } from './auth/verifier.ts';
import { createWallClock, type WallClock } from './auth/wall-clock.ts';
import type { ServeConfig } from './config/serve-config.ts';
import type { GatewayFaults } from './gateway-faults.ts';

/** All that judges tokens. */
export interface TokenChecks {
  readonly wallClock: WallClock;
  /** Ms that never go back; their zero means nothing. */
  readonly monotonic: () => number;
  readonly revocations: Revocations;
  readonly verifier: TokenVerifier;
  /** Ends a fetch of keys that is under way. */
  readonly close: () => void;
}

/**
 * Makes what judges tokens under these settings.
 *
 * @throws Error when they hold neither a secret nor the address of keys; `resolveConfig` sees to it
 *   that they do.
 */
export function createTokenChecks(config: ServeConfig, faults: GatewayFaults): TokenChecks {
  const wallClock = createWallClock({ wall: () => Date.now(), monotonic });
  const revocations = new Revocations({ now: wallClock.now, monotonic });
  const { authSecret, jwksUrl, authIssuer, authAudience } = config;
  const keySet =
    jwksUrl === undefined
      ? undefined
      : new KeySet({
          url: jwksUrl,
          monotonic,
          onFault: (error) => faults.hold('keys', error),
          onRecovered: () => faults.clear('keys'),
        });
  const verifier = createTokenVerifier({
    keys: keySet === undefined ? { secret: required('authSecret', authSecret) } : { keySet },
    policy: {
      ...(authIssuer !== undefined && { issuer: authIssuer }),
      ...(authAudience !== undefined && { audience: authAudience }),
      allowUnexpiring: config.allowUnexpiringTokens,
    },
    now: wallClock.now,
    monotonic,
    revocations,
  });
  return { wallClock, monotonic, revocations, verifier, close: () => keySet?.close() };
}

function monotonic(): number {
  return performance.now();
}

/** A setting that `resolveConfig` has seen to. */
export function required(name: keyof ServeConfig, value: string | undefined): string {
  if (value !== undefined) return value;
  throw new Error(`Expected \`${name}\` to be set. Settle the settings with resolveConfig first.`);
}
