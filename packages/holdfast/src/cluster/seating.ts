import type { Clock } from '../sessions/clock.ts';
import type { OpenOutcome } from '../sessions/open-request.ts';
import type { Inheritance } from '../sessions/position.ts';
import type { TicketFlaw } from '../sessions/session-event.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { AdmitAnswer, LogTerms } from '../sessions/store/acts.ts';
import { StoreError } from '../sessions/store/store-error.ts';
import type { Farewells } from './farewells.ts';
import type { Membership } from './membership.ts';
import type { Newcomer } from './newcomer.ts';
import { drawEpoch, type KnownRecord, type RecordMirrors } from './record-mirrors.ts';
import type { SlotLedger } from './slot-ledger.ts';
import type { StoreGuard } from './store-guard.ts';

/** What seating works with. */
export interface SeatingParts {
  readonly clock: Clock;
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly mirrors: RecordMirrors;
  readonly ledger: SlotLedger;
  readonly farewells: Farewells;
  readonly terms: LogTerms;
  /** The slot of a session of this user is another one's: it may be that of a newcomer who has not come in yet. */
  readonly onReplaced: (userId: string, session: number) => void;
}

type Admitted = Extract<AdmitAnswer, { readonly outcome: 'admitted' }>;

/** What it was when the store was asked. */
interface Circumstances {
  readonly ticket: Inheritance | null;
  readonly known: KnownRecord | null;
  /** The session whose place it has was chosen by it. */
  readonly hasTaken: boolean;
}

/** Lets a newcomer in to whom the store has given a slot. */
export class Seating {
  readonly #parts: SeatingParts;

  constructor(parts: SeatingParts) {
    this.#parts = parts;
  }

  /**
   * Brings here what it needs, and lets it in. Rejects with StoreError where that could not be had; its slot is given back then,
   * as it is when it has left.
   */
  async seat(
    newcomer: Newcomer,
    answer: Admitted,
    { ticket, known, hasTaken }: Circumstances,
  ): Promise<OpenOutcome> {
    const { layer, mirrors, clock, farewells } = this.#parts;
    const { userId, request, generation, startedAtMs, bytesWritten } = newcomer;
    this.#endReplaced(userId, answer, hasTaken);
    const isReady = await this.#prepare(newcomer, answer, known);
    if (!isReady || newcomer.end !== null) {
      this.#giveBack(newcomer, answer);
      if (!isReady)
        throw new StoreError('unreachable', 'The record of a newcomer could not be read.');
      return farewells.gone(newcomer);
    }
    const { record, limit, count } = answer;
    const outcome = layer().cluster.enter(
      { ...request, startedAtMs },
      {
        generation,
        inheritance: answer.flaw === null ? ticket : null,
        flaw: flawOf(newcomer, answer, ticket),
        record,
        limit,
        count,
        held: newcomer.handOver(),
        bytesWritten,
        waitedMs: newcomer.isAtLimit ? clock.nowMs() - newcomer.since : 0,
      },
    );
    if (outcome.outcome === 'opened') mirrors.entered(userId);
    else this.#giveBack(newcomer, answer);
    return outcome;
  }

  /** It has not come in. The place it had of a predecessor here is gone for that one, too. */
  #giveBack({ userId, generation }: Newcomer, { replaced }: Admitted): void {
    const { ledger, layer } = this.#parts;
    ledger.release(userId, generation);
    if (replaced !== null)
      layer().cluster.closeFor(userId, replaced.session, { cause: 'superseded' });
  }

  /** Who gave way here is told by nobody else; whose client has come back gives way as it enters. */
  #endReplaced(userId: string, { replaced, lineage }: Admitted, hasTaken: boolean): void {
    if (replaced === null) return;
    const { layer, onReplaced } = this.#parts;
    onReplaced(userId, replaced.session);
    // Its row may name a generation that this node has lost since.
    if (replaced.lineage === lineage) return;
    const cause = hasTaken ? 'taken-over' : 'evicted';
    layer().cluster.closeFor(userId, replaced.session, { cause });
  }

  /** Brings here what it will be written; false where the store could not be asked. */
  async #prepare(
    { userId, request }: Newcomer,
    { record, missedBroadcasts }: Admitted,
    known: KnownRecord | null,
  ): Promise<boolean> {
    const { epoch, offset } = request.resume ?? {};
    const isKnown = epoch === record.epoch && offset !== undefined;
    try {
      if (missedBroadcasts > 0) await this.#noteMissed(userId);
      const after = isKnown ? offset : record.delivered;
      await this.#parts.mirrors.prepare(userId, { record, known }, after);
      return true;
    } catch (error) {
      this.#parts.layer().reportFault('store', error);
      return false;
    }
  }

  /** What went to everybody who was there while this user was not has its place in the record: a gap, for whoever reads on. */
  async #noteMissed(user: string): Promise<void> {
    const { guard, membership, terms } = this.#parts;
    const { actor } = membership();
    const entry = { body: '', onlyFor: null, eventId: null };
    const about = { user, entry, tracked: null, broadcast: null, epoch: drawEpoch(), terms };
    await guard.ask((store) => store.append({ ...actor, ...about }));
  }
}

/** Why its ticket was ignored; null for a good one, and for none. */
function flawOf(
  { request: { resume } }: Newcomer,
  { flaw }: Admitted,
  ticket: Inheritance | null,
): TicketFlaw | null {
  const isInvalid = resume?.ticket !== undefined && ticket === null;
  return isInvalid ? 'invalid' : flaw;
}
