import type { Session, SessionLayer } from 'holdfast';
import type { Revocations } from './auth/revocations.ts';
import type { Identity } from './auth/verdict.ts';

/** What the watch works with. */
export interface TokenWatchParts {
  readonly layer: SessionLayer;
  readonly revocations: Revocations;
  /** Wall time in ms that does not go back. */
  readonly now: () => number;
}

/** Which tokens of a user to revoke: one of them, or all issued up to now. */
export interface RevocationOrder {
  readonly userId: string;
  readonly jti?: string | undefined;
  /** Words for the log; never sent. */
  readonly note?: string | undefined;
}

/**
 * Ends sessions whose token is no longer in force. Each session carries the identity its token
 * proved, so nothing is kept beside it and nothing is left when it goes.
 */
export class TokenWatch {
  readonly #parts: TokenWatchParts;
  /** No session's token expires before this instant. */
  #earliestMs = Number.POSITIVE_INFINITY;

  constructor(parts: TokenWatchParts) {
    this.#parts = parts;
  }

  /**
   * A session has its socket. Its token may have been revoked while it waited for keys or for a slot.
   *
   * @param id of the session
   */
  attached(id: string): void {
    const { layer, revocations } = this.#parts;
    const session = layer.find(id);
    const identity = session === null ? null : identityOf(session);
    if (identity === null) return;
    this.#earliestMs = Math.min(this.#earliestMs, identity.expiresAtMs ?? this.#earliestMs);
    if (revocations.isRevoked(identity)) layer.close(id, 'revoked');
  }

  /** Ends the sessions whose token has expired since the last call. Costs nothing while none has. */
  endExpired(): void {
    const { layer, now } = this.#parts;
    const nowMs = now();
    if (nowMs < this.#earliestMs) return;
    let earliestMs = Number.POSITIVE_INFINITY;
    for (const session of layer.sessions()) {
      const expiresAtMs = identityOf(session)?.expiresAtMs ?? Number.POSITIVE_INFINITY;
      if (expiresAtMs <= nowMs) layer.close(session.id, 'token-expired');
      else earliestMs = Math.min(earliestMs, expiresAtMs);
    }
    this.#earliestMs = earliestMs;
  }

  /** Revokes, ends the sessions it concerns, and returns their ids. */
  revoke({ userId, jti, note }: RevocationOrder): string[] {
    const { layer, revocations } = this.#parts;
    if (jti === undefined) revocations.revokeUser(userId);
    else revocations.revokeToken({ userId, jti });
    return layer
      .sessionsOf(userId)
      .filter((session) => {
        const identity = identityOf(session);
        return identity !== null && revocations.isRevoked(identity);
      })
      .map(({ id }) => id)
      .filter((id) => layer.close(id, 'revoked', note));
  }
}

function identityOf({ extra }: Session): Identity | null {
  return extra as Identity | null;
}
