import type { Settings } from '../core/options.ts';
import type { OpenOutcome } from '../sessions/open-request.ts';
import type { Inheritance } from '../sessions/position.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { AdmitAct, LogTerms } from '../sessions/store/acts.ts';
import type { Full } from './farewells.ts';
import type { Membership } from './membership.ts';
import type { Newcomer } from './newcomer.ts';
import { drawEpoch, type RecordMirrors } from './record-mirrors.ts';
import type { Seating } from './seating.ts';
import type { StoreGuard } from './store-guard.ts';

/** What a slot is asked for with. */
export interface SlotRequestParts {
  readonly settings: Settings;
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly mirrors: RecordMirrors;
  readonly seating: Seating;
  readonly terms: LogTerms;
}

/** The limit is reached. */
export interface FoundFull {
  readonly outcome: 'full';
  readonly full: Full;
  /** Resolves when a slot may have become free since, or the newcomer is to be looked at. */
  readonly nudged: Promise<void>;
}

/** What came of asking for a slot: the newcomer had one, and `became` is what that came to; or there was none. */
export type Tried =
  | {
      readonly outcome: 'had-slot';
      readonly became: OpenOutcome;
      /** The session it has chosen to end was ended for it. */
      readonly hasTaken: boolean;
    }
  | FoundFull;

const evictEveryMs = 60_000;

/** One newcomer's request for a slot, which may be put to the store again and again. */
export class SlotRequest {
  readonly #parts: SlotRequestParts;
  readonly newcomer: Newcomer;
  readonly #ticket: Inheritance | null;
  /** Everybody in its way has proven to be alive: the oldest may give way, where the policy says so. */
  mayEvict = false;

  constructor(parts: SlotRequestParts, newcomer: Newcomer) {
    this.#parts = parts;
    this.newcomer = newcomer;
    const { userId, request } = newcomer;
    const ticket = request.resume?.ticket;
    this.#ticket = ticket === undefined ? null : parts.layer().cluster.readTicket(userId, ticket);
  }

  /**
   * Asks the store, and lets the newcomer in where it has a slot. Rejects with StoreError.
   *
   * @param taken the session whose slot it wants; null for none
   */
  async try(taken: number | null): Promise<Tried> {
    const { guard, mirrors, seating } = this.#parts;
    const { newcomer } = this;
    const act = this.#actFor(taken);
    const { nudged } = newcomer;
    const known = mirrors.knownOf(newcomer.userId);
    const answer = await guard.ask((store) => store.admit(act));
    if (answer.outcome === 'full') return { outcome: 'full', full: answer, nudged };
    const hasTaken = taken !== null && answer.replaced?.session === taken;
    const ticket = this.#ticket;
    const became = await seating.seat(newcomer, answer, { ticket, known, hasTaken });
    return { outcome: 'had-slot', became, hasTaken };
  }

  #actFor(taken: number | null): AdmitAct {
    const { membership, settings, terms } = this.#parts;
    const { request, generation } = this.newcomer;
    return {
      ...membership().actor,
      user: request.userId,
      session: generation,
      device: request.device ?? null,
      ticket: this.#ticket,
      limit: request.limit ?? settings.maxSessionsPerUser,
      taken,
      evictEveryMs: this.mayEvict ? evictEveryMs : null,
      isWaiting: true,
      epoch: drawEpoch(),
      terms,
    };
  }
}
