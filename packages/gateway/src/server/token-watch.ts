import type { Session, SessionEvent, SessionLayer } from 'holdfast';
import type { RevocationOrder as KeptRevocation } from 'holdfast/cluster';
import type { Revocations } from './auth/revocations.ts';
import type { Bearer } from './auth/verdict.ts';

/** What the watch works with. */
export interface TokenWatchParts {
  readonly layer: SessionLayer;
  readonly revocations: Revocations;
  /** Ms that never go back, as the verdicts on tokens use them. */
  readonly monotonic: () => number;
  /** Wall time in ms that does not go back. */
  readonly wallNow: () => number;
  /** Calls back once the event loop has read from its sockets. */
  readonly afterPoll: (callback: () => void) => void;
  /** Told of a session that could not be ended; it is tried again at the next look. */
  readonly onFailed: (error: unknown) => void;
  /** Turns away newcomers of a user who are not in yet, and whose `extra` is meant. */
  readonly turnAwayWaiting: (userId: string, isMeant: (extra: unknown) => boolean) => number;
}

/** Which tokens of a user to revoke: one of them, or all issued up to now. */
export interface RevocationOrder {
  readonly userId: string;
  readonly jti?: string | undefined;
  /** Words for the log; never sent. */
  readonly note?: string | undefined;
}

const SECOND_MS = 1000;
/** Sessions looked at between two polls of the sockets. */
const SLICE = 1000;

/**
 * Ends sessions whose token is no longer in force. Each session carries what its token proved, so
 * nothing is kept beside it and nothing is left when it goes.
 */
export class TokenWatch {
  readonly #parts: TokenWatchParts;
  /** No session that is not still to be looked at has a token that expires before this instant. */
  #earliestMs = Number.POSITIVE_INFINITY;
  #isLooking = false;

  constructor(parts: TokenWatchParts) {
    this.#parts = parts;
  }

  /**
   * Hears the events of the layer. When a session gets its socket, or a newer token, that token may
   * have been revoked already, while keys were fetched or a slot was waited for.
   */
  readonly hear = (event: SessionEvent): void => {
    if (event.type !== 'attached' && event.type !== 'refreshed') return;
    const { layer, revocations } = this.#parts;
    const session = layer.find(event.session);
    const bearer = session === null ? null : bearerOf(session);
    if (bearer === null) return;
    this.#earliestMs = Math.min(this.#earliestMs, bearer.endsAtMs ?? this.#earliestMs);
    if (revocations.isRevoked(bearer)) layer.close(event.session, 'revoked');
  };

  /** Ends the sessions whose token has expired since the last call, slice by slice. Costs nothing while none has. */
  endExpired(): void {
    const { layer, monotonic } = this.#parts;
    if (this.#isLooking || monotonic() < this.#earliestMs) return;
    this.#isLooking = true;
    this.#earliestMs = Number.POSITIVE_INFINITY;
    this.#look(layer.sessions());
  }

  #look(sessions: Generator<Session, void, undefined>): void {
    for (let looked = 0; looked < SLICE; looked += 1) {
      const { value: session } = sessions.next();
      if (session === undefined) {
        this.#isLooking = false;
        return;
      }
      this.#endIfExpired(session);
    }
    this.#parts.afterPoll(() => this.#look(sessions));
  }

  #endIfExpired(session: Session): void {
    const { layer, monotonic, onFailed } = this.#parts;
    const endsAtMs = bearerOf(session)?.endsAtMs ?? Number.POSITIVE_INFINITY;
    if (endsAtMs <= monotonic()) {
      try {
        layer.close(session.id, 'token-expired');
        return;
      } catch (error) {
        // Behind a poll nobody else would catch it; and the others are to end all the same.
        onFailed(error);
      }
    }
    this.#earliestMs = Math.min(this.#earliestMs, endsAtMs);
  }

  /**
   * Revokes, ends the sessions it concerns, and returns their ids. A session is concerned by the
   * token it has now: one that was refreshed since lives on when its old token is revoked. Newcomers
   * who wait for a slot are turned away.
   *
   * @throws UsageError `bad-state` when too much is revoked already; nothing has been done then
   */
  revoke({ userId, jti, note }: RevocationOrder): string[] {
    const { revocations } = this.#parts;
    if (jti === undefined) revocations.revokeUser(userId);
    else revocations.revokeToken({ userId, jti, endsAtMs: this.#endOf(userId, jti) });
    return this.#endRevoked(userId, note);
  }

  /** The same as every node is to carry it out, now and later. */
  orderOf({ userId, jti }: RevocationOrder): KeptRevocation {
    const { revocations, monotonic, wallNow } = this.#parts;
    const ends = jti === undefined ? undefined : this.#endOf(userId, jti);
    const lastsMs = (ends ?? revocations.longestMs()) - monotonic();
    return {
      user: userId,
      jti: jti ?? null,
      issuedUpTo: Math.ceil(wallNow() / SECOND_MS),
      endsAtMs: Math.ceil(wallNow() + lastsMs),
    };
  }

  /**
   * Carries out an order of any node; once more changes nothing.
   *
   * @throws UsageError `bad-state` when too much is revoked already; nothing has been done then
   */
  carryOut(order: KeptRevocation, note?: string): string[] {
    noteRevocation(order, this.#parts);
    return this.#endRevoked(order.user, note);
  }

  #endRevoked(userId: string, note: string | undefined): string[] {
    const { layer, revocations, turnAwayWaiting } = this.#parts;
    const isRevoked = (extra: unknown): boolean => {
      const bearer = extra as Bearer | null | undefined;
      return bearer !== null && bearer !== undefined && revocations.isRevoked(bearer);
    };
    turnAwayWaiting(userId, isRevoked);
    return layer
      .sessionsOf(userId)
      .filter(({ extra }) => isRevoked(extra))
      .map(({ id }) => id)
      .filter((id) => layer.close(id, 'revoked', note));
  }

  /** When the last token of this id expires, as the sessions opened with it tell. */
  #endOf(userId: string, jti: string): number | undefined {
    const bearers = this.#parts.layer.sessionsOf(userId).map(bearerOf);
    const ends = bearers
      .filter((bearer) => bearer?.jti === jti)
      .map((bearer) => bearer?.endsAtMs ?? Number.POSITIVE_INFINITY);
    const latest = Math.max(...ends);
    return Number.isFinite(latest) ? latest : undefined;
  }
}

/** Enters an order of any node into the list. @throws UsageError `bad-state` when it is full */
export function noteRevocation(
  { user: userId, jti, issuedUpTo, endsAtMs: endsAtWallMs }: KeptRevocation,
  {
    revocations,
    monotonic,
    wallNow,
  }: Pick<TokenWatchParts, 'revocations' | 'monotonic' | 'wallNow'>,
): void {
  const endsAtMs = monotonic() + (endsAtWallMs - wallNow());
  if (jti === null) revocations.revokeUser(userId, { atMs: issuedUpTo * SECOND_MS, endsAtMs });
  else revocations.revokeToken({ userId, jti, endsAtMs });
}

/** Whether the token with which a newcomer came still lets it in. */
export function isInForce(
  extra: unknown,
  { revocations, monotonic }: Pick<TokenWatchParts, 'revocations' | 'monotonic'>,
): boolean {
  const bearer = extra as Bearer | null | undefined;
  if (bearer === null || bearer === undefined) return true;
  const { endsAtMs = Number.POSITIVE_INFINITY } = bearer;
  return endsAtMs > monotonic() && !revocations.isRevoked(bearer);
}

function bearerOf({ extra }: Session): Bearer | null {
  return extra as Bearer | null;
}
