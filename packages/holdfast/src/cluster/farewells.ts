import type { BlockingSession } from '../core/admission.ts';
import type { RefusalReason } from '../protocol/close-causes.ts';
import type { Settings } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import type { OpenOutcome } from '../sessions/open-request.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { AdmitAnswer } from '../sessions/store/acts.ts';
import type { Newcomer, NewcomerEnd } from './newcomer.ts';
import type { Scouted } from './scouting.ts';

/** Everybody in a newcomer's way, as the store counts them. */
export type Full = Extract<AdmitAnswer, { readonly outcome: 'full' }>;

/** What turning newcomers away works with. */
export interface FarewellParts {
  readonly clock: Clock;
  readonly layer: () => SessionLayer;
  readonly settings: Settings;
}

/** Why somebody is turned away, and when it may come back. */
interface Why {
  readonly reason: RefusalReason;
  readonly retryAfterMs: number | undefined;
  readonly limit: number;
  readonly live: number;
  readonly blocking: readonly BlockingSession[];
}

/** What each end is called on the wire. */
const reasonOf: Readonly<Record<Exclude<NewcomerEnd, 'left' | 'replaced'>, RefusalReason>> = {
  'too-much': 'rate',
  'turned-away': 'unauthorized',
  'bad-frame': 'bad-frame',
};

/** Every way in which a newcomer is turned away; each says all that is known of those in its way. */
export class Farewells {
  readonly #parts: FarewellParts;

  constructor(parts: FarewellParts) {
    this.#parts = parts;
  }

  /** The limit is reached, and this is what its sessions have proven. */
  full(newcomer: Newcomer, { limit, rows }: Full, scouted: Scouted): OpenOutcome {
    // Whoever was freed meanwhile has gone to somebody who came at the same time: it may be as lucky the next time.
    const freedMs = scouted.outcome === 'freed' ? this.#parts.settings.probeTimeoutMs : undefined;
    const retryAfterMs = scouted.outcome === 'unproven' ? scouted.retryAfterMs : freedMs;
    const { blocking } = scouted;
    return this.#refuse(newcomer, {
      reason: 'user-limit',
      retryAfterMs,
      limit,
      live: rows.length,
      blocking,
    });
  }

  /** More newcomers of one user at once than can wait. */
  tooMany(newcomer: Newcomer, { limit, rows }: Full): OpenOutcome {
    const retryAfterMs = this.#parts.settings.probeTimeoutMs;
    return this.#refuse(newcomer, {
      reason: 'rate',
      retryAfterMs,
      limit,
      live: rows.length,
      blocking: [],
    });
  }

  /** Nobody can say whether there is a slot. */
  withoutStore(newcomer: Newcomer, retryAfterMs: number): OpenOutcome {
    return this.#refuse(newcomer, { reason: 'overload', retryAfterMs, ...this.#here(newcomer) });
  }

  /** It left, said too much or what is no frame, or its token is over. */
  gone(newcomer: Newcomer): OpenOutcome {
    const { request, end, isSocketGone } = newcomer;
    if (isSocketGone || end === null || end === 'left' || end === 'replaced') {
      newcomer.handOver();
      const cause = end === 'replaced' ? 'superseded' : 'released';
      if (!isSocketGone && request.socket !== undefined)
        this.#parts.layer().cluster.dismiss(request.socket, cause);
      return { outcome: 'left' };
    }
    return this.#refuse(newcomer, {
      reason: reasonOf[end],
      retryAfterMs: end === 'too-much' ? this.#parts.settings.probeTimeoutMs : undefined,
      ...this.#here(newcomer),
    });
  }

  /** No newcomer is let in here any more; null while that is not so. */
  closed(newcomer: Newcomer): OpenOutcome | null {
    const { request, startedAtMs } = newcomer;
    const waitedMs = this.#waitedMs(newcomer);
    const { cluster } = this.#parts.layer();
    const refused = cluster.refuseIfClosed({ ...request, startedAtMs }, waitedMs);
    if (refused !== null) newcomer.handOver();
    return refused;
  }

  #waitedMs({ isAtLimit, since }: Newcomer): number {
    return isAtLimit ? this.#parts.clock.nowMs() - since : 0;
  }

  #here({ userId }: Newcomer): Pick<Why, 'limit' | 'live' | 'blocking'> {
    const layer = this.#parts.layer();
    return { limit: layer.limitOf(userId), live: layer.count(userId), blocking: [] };
  }

  #refuse(newcomer: Newcomer, { retryAfterMs, ...why }: Why): OpenOutcome {
    newcomer.handOver();
    const { request, startedAtMs, examined, freed } = newcomer;
    const refusal = {
      ...why,
      examined,
      reaped: freed,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
    const waitedMs = this.#waitedMs(newcomer);
    return this.#parts.layer().cluster.refuse({ ...request, startedAtMs }, refusal, waitedMs);
  }
}
