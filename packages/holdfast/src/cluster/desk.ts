import type { Settings } from '../core/options.ts';
import type { Clock } from '../sessions/clock.ts';
import type { Admission, OpenOutcome, OpenRequest } from '../sessions/open-request.ts';
import type { MirrorHead } from '../sessions/mirror.ts';
import type { Inheritance } from '../sessions/position.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { AdmitAct, AdmitAnswer, LogTerms } from '../sessions/store/acts.ts';
import { Farewells } from './farewells.ts';
import type { Membership } from './membership.ts';
import { Newcomer } from './newcomer.ts';
import { Newcomers } from './newcomers.ts';
import { drawEpoch, type RecordMirrors } from './record-mirrors.ts';
import type { Repairs } from './repairs.ts';
import type { Scouted, Scouting } from './scouting.ts';
import type { SlotLedger } from './slot-ledger.ts';
import type { StoreGuard } from './store-guard.ts';

/** What is done about newcomers while the store does not answer. */
export type OnStoreFailure = 'local' | 'refuse';

/** What the desk works with. */
export interface DeskParts {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly mirrors: RecordMirrors;
  readonly scouting: Scouting;
  readonly ledger: SlotLedger;
  readonly repairs: () => Repairs;
  readonly terms: LogTerms;
  readonly onStoreFailure: OnStoreFailure;
  /** When somebody may come back who was turned away because the store is away, milliseconds. */
  readonly retryMs: () => number;
}

type Admitted = Extract<AdmitAnswer, { readonly outcome: 'admitted' }>;
type Full = Extract<AdmitAnswer, { readonly outcome: 'full' }>;

const evictEveryMs = 60_000;
/** On top of the probe timeout: the way to the store and to other nodes. */
const travelMs = 500;
/** How often a newcomer asks again who is told that a slot is free, and finds it taken. */
const mostTries = 32;

/**
 * The decision about newcomers, made by the store: who has a slot has it everywhere. Where there is none, the sessions in the
 * way are asked on their nodes whether they are alive, and the store is asked again as soon as one of them is not.
 */
export class ClusterDesk {
  readonly #parts: DeskParts;
  readonly #newcomers: Newcomers = new Newcomers();

  readonly #farewells: Farewells;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    const { probeTimeoutMs } = parts.settings;
    this.#farewells = new Farewells({ ...parts, probeTimeoutMs });
  }

  /** Newcomers who wait for the store, or for a slot. */
  waiting(userId: string): number {
    return this.#newcomers.count(userId);
  }

  /** Handles of the newcomers of this user. */
  coming(userId: string): readonly number[] {
    return this.#newcomers.of(userId).map(({ generation }) => generation);
  }

  /** Whether this session is here, or its newcomer on its way. */
  isOurs(userId: string, session: number): boolean {
    return (
      this.coming(userId).includes(session) ||
      this.#parts
        .layer()
        .sessionsOf(userId)
        .some(({ generation }) => generation === session)
    );
  }

  /** @throws UsageError as {@link SessionLayer.open} does; never for a lack of slots */
  open(request: OpenRequest): Admission {
    const layer = this.#parts.layer();
    const turnedAway = layer.cluster.screen(request);
    if (turnedAway !== null) return turnedAway;
    const newcomer = new Newcomer(request, {
      generation: layer.cluster.drawGeneration(),
      since: this.#parts.clock.nowMs(),
      startedAtMs: request.startedAtMs ?? this.#parts.clock.nowMs(),
    });
    this.#newcomers.add(newcomer);
    const settled = this.#admit(newcomer).finally(() => this.#forget(newcomer));
    return { outcome: 'waiting', settled, withdraw: () => newcomer.finish('left') };
  }

  /** A slot of this user may be free. */
  freed(userId: string): void {
    for (const newcomer of this.#newcomers.of(userId)) newcomer.nudge();
  }

  /** Turns away newcomers whose token is not good any more; how many. */
  turnAway(userId: string, isMeant: (extra: unknown) => boolean): number {
    return this.#newcomers.turnAway(userId, isMeant);
  }

  async #admit(newcomer: Newcomer): Promise<OpenOutcome> {
    try {
      return await this.#askStore(newcomer);
    } catch (error) {
      return this.#withoutStore(newcomer, error);
    }
  }

  /** Rejects with StoreError. */
  async #askStore(newcomer: Newcomer): Promise<OpenOutcome> {
    const { guard, settings, mirrors } = this.#parts;
    const inheritance = this.#ticketOf(newcomer);
    const endsAt = newcomer.since + settings.probeTimeoutMs + travelMs;
    let mayEvict = false;
    for (;;) {
      const act = this.#actOf(newcomer, inheritance, mayEvict);
      const nudged = newcomer.nudged;
      const known = mirrors.headOf(newcomer.userId);
      const answer = await guard.ask((store) => store.admit(act));
      if (answer.outcome === 'admitted')
        return await this.#seat(newcomer, answer, { ticket: inheritance, known });
      if (newcomer.end !== null) return this.#farewells.gone(newcomer);
      this.#noteFull(newcomer, answer);
      if (this.waiting(newcomer.userId) > answer.limit)
        return this.#farewells.tooMany(newcomer, answer);
      const scouted = await this.#scout(newcomer, answer, nudged);
      if (newcomer.end !== null) return this.#farewells.gone(newcomer);
      const isOver = this.#parts.clock.nowMs() >= endsAt;
      if (scouted.outcome === 'freed') {
        newcomer.freed += 1;
        if (!isOver && newcomer.freed < mostTries) continue;
      }
      if (scouted.outcome === 'alive' && settings.onLimit === 'evict-oldest' && !mayEvict) {
        mayEvict = true;
        continue;
      }
      if (scouted.outcome === 'unproven' && (await this.#hasSomebodyGone()) && !isOver) continue;
      return this.#farewells.full(newcomer, answer, scouted);
    }
  }

  #ticketOf({ userId, request: { resume } }: Newcomer): Inheritance | null {
    const ticket = resume?.ticket;
    return ticket === undefined ? null : this.#parts.layer().cluster.readTicket(userId, ticket);
  }

  #actOf(newcomer: Newcomer, ticket: Inheritance | null, mayEvict: boolean): AdmitAct {
    const { membership, settings, terms } = this.#parts;
    const { request, generation } = newcomer;
    return {
      ...membership().actor,
      user: request.userId,
      session: generation,
      device: request.device ?? null,
      ticket,
      limit: request.limit ?? settings.maxSessionsPerUser,
      taken: null,
      evictEveryMs: mayEvict ? evictEveryMs : null,
      isWaiting: true,
      epoch: drawEpoch(),
      terms,
    };
  }

  /** Its slot is taken: brings here what it needs, and lets it in. */
  async #seat(
    newcomer: Newcomer,
    answer: Admitted,
    { ticket, known }: { ticket: Inheritance | null; known: MirrorHead | null },
  ): Promise<OpenOutcome> {
    const { layer, mirrors, ledger, clock } = this.#parts;
    const { userId, request, generation } = newcomer;
    const { record, limit, count, flaw } = answer;
    try {
      if (answer.missedBroadcasts > 0) await this.#noteMissed(userId);
      const { epoch, offset } = request.resume ?? {};
      const isKnown = epoch === record.epoch && offset !== undefined;
      await mirrors.prepare(userId, { record, known }, isKnown ? offset : record.delivered);
    } catch (error) {
      ledger.release(userId, generation);
      throw error;
    }
    if (newcomer.end !== null) {
      ledger.release(userId, generation);
      return this.#farewells.gone(newcomer);
    }
    const outcome = layer().cluster.enter(
      { ...request, startedAtMs: newcomer.startedAtMs },
      {
        generation,
        inheritance: flaw === null ? ticket : null,
        flaw: flaw ?? (request.resume?.ticket !== undefined && ticket === null ? 'invalid' : null),
        record,
        limit,
        count,
        held: newcomer.handOver(),
        waitedMs: newcomer.isAtLimit ? clock.nowMs() - newcomer.since : 0,
      },
    );
    if (outcome.outcome === 'opened') mirrors.entered(userId);
    else ledger.release(userId, generation);
    return outcome;
  }

  /** What went to everybody who was there while this user was not has its place in the record: a gap, for whoever reads on. */
  async #noteMissed(user: string): Promise<void> {
    const { guard, membership, terms } = this.#parts;
    const { actor } = membership();
    const entry = { body: '', onlyFor: null, eventId: null };
    const about = { user, entry, tracked: null, broadcast: null, epoch: drawEpoch(), terms };
    await guard.ask((store) => store.append({ ...actor, ...about }));
  }

  /** Everybody in its way is asked, unless it is nudged before they have answered. */
  async #scout(newcomer: Newcomer, { rows }: Full, nudged: Promise<void>): Promise<Scouted> {
    const freed: Scouted = { outcome: 'freed', blocking: [] };
    newcomer.examined = Math.max(newcomer.examined, rows.length);
    return await Promise.race([
      this.#parts.scouting.scout(newcomer.userId, rows),
      nudged.then(() => freed),
    ]);
  }

  /** Nobody is refused because of a node that is gone by now. */
  async #hasSomebodyGone(): Promise<boolean> {
    const { membership } = this.#parts;
    const before = membership().live.generations.length;
    await membership().refresh();
    return membership().live.generations.length < before;
  }

  #noteFull(newcomer: Newcomer, { limit, rows }: Full): void {
    if (newcomer.isAtLimit) return;
    newcomer.isAtLimit = true;
    const isJoining = this.#newcomers.isJoining(newcomer);
    const about = { user: newcomer.userId, limit, live: rows.length, joined: isJoining };
    this.#parts.layer().cluster.tell({ type: 'limitHit', ...about });
  }

  /** The store has not answered: whether there is a row for it is not known. */
  #withoutStore(newcomer: Newcomer, error: unknown): OpenOutcome | Promise<OpenOutcome> {
    const { layer, repairs, onStoreFailure, retryMs } = this.#parts;
    const { userId } = newcomer;
    layer().reportFault('store', error);
    repairs().doubt(userId, onStoreFailure === 'local');
    if (newcomer.end !== null) return this.#farewells.gone(newcomer);
    if (onStoreFailure === 'refuse') return this.#farewells.withoutStore(newcomer, retryMs());
    return this.#openHere(newcomer);
  }

  /** By what this node knows: its own sessions, and the limit for each node. */
  async #openHere(newcomer: Newcomer): Promise<OpenOutcome> {
    const held = newcomer.handOver();
    const { request, startedAtMs } = newcomer;
    const admission = this.#parts.layer().open({ ...request, startedAtMs });
    const outcome = admission.outcome === 'waiting' ? await admission.settled : admission;
    if (outcome.outcome !== 'opened') return outcome;
    for (const data of held) outcome.session.serve(data);
    return outcome;
  }

  #forget(newcomer: Newcomer): void {
    if (this.#newcomers.remove(newcomer)) this.#parts.mirrors.abandoned(newcomer.userId);
  }
}
