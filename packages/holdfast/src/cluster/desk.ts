import type { Clock } from '../sessions/clock.ts';
import type { Admission, OpenOutcome, OpenRequest } from '../sessions/open-request.ts';
import type { Asking } from './asking.ts';
import type { OnStoreFailure } from './cluster-parts.ts';
import type { Farewells, Full } from './farewells.ts';
import { Newcomer } from './newcomer.ts';
import { Newcomers } from './newcomers.ts';
import type { Repairs } from './repairs.ts';
import type { Scouted, Scouting } from './scouting.ts';
import { type FoundFull, SlotRequest, type SlotRequestParts } from './slot-request.ts';

/** What the desk works with. */
export interface DeskParts extends SlotRequestParts {
  readonly clock: Clock;
  readonly scouting: Scouting;
  readonly asking: Asking;
  readonly farewells: Farewells;
  readonly repairs: Repairs;
  readonly onStoreFailure: OnStoreFailure;
  /** When somebody may come back who was turned away because the store is away, milliseconds. */
  readonly retryMs: () => number;
}

const freed: Scouted = { outcome: 'freed', blocking: [] };
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

  constructor(parts: DeskParts) {
    this.#parts = parts;
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

  /** The slot of a newcomer, if it is one here, has gone to somebody else: its client has come back, or it was evicted. */
  replaced(userId: string, session: number): void {
    this.#newcomers.replaced(userId, session);
  }

  /** Turns away newcomers whose token is not good any more; how many. */
  turnAway(userId: string, isMeant: (extra: unknown) => boolean): number {
    return this.#newcomers.turnAway(userId, isMeant);
  }

  /** No newcomer is let in any more: those who are asked are told so. */
  close(): void {
    for (const newcomer of this.#newcomers.all()) newcomer.nudge();
  }

  async #admit(newcomer: Newcomer): Promise<OpenOutcome> {
    const became = await this.#decide(newcomer);
    this.#parts.asking.ended(newcomer, became);
    return became;
  }

  async #decide(newcomer: Newcomer): Promise<OpenOutcome> {
    try {
      return await this.#askStore(newcomer);
    } catch (error) {
      return this.#withoutStore(newcomer, error);
    }
  }

  /** Rejects with StoreError. */
  async #askStore(newcomer: Newcomer): Promise<OpenOutcome> {
    const { settings } = this.#parts;
    const request = new SlotRequest(this.#parts, newcomer);
    const endsAt = newcomer.since + settings.probeTimeoutMs + travelMs;
    for (;;) {
      const tried = await request.try(null);
      if (tried.outcome === 'had-slot') return tried.became;
      const outcome = await this.#lookAtFull(request, tried, endsAt);
      if (outcome !== null) return outcome;
    }
  }

  /** What comes of finding no free slot; null where the store is to be asked again. */
  async #lookAtFull(
    request: SlotRequest,
    found: FoundFull,
    endsAt: number,
  ): Promise<OpenOutcome | null> {
    const { farewells, asking } = this.#parts;
    const { newcomer } = request;
    const { full } = found;
    if (newcomer.end !== null) return farewells.gone(newcomer);
    this.#noteFull(newcomer, full);
    if (this.waiting(newcomer.userId) > full.limit) return farewells.tooMany(newcomer, full);
    const scouted = await this.#scout(newcomer, found);
    const isAsked = scouted.outcome === 'alive' && newcomer.end === null;
    const asked = isAsked ? await asking.ask(request, found) : 'denied';
    if (typeof asked !== 'string') return asked;
    const known = asked === 'again' ? freed : scouted;
    const isAskingAgain = newcomer.end === null && (await this.#mayChange(request, known, endsAt));
    if (newcomer.end !== null) return farewells.gone(newcomer);
    return isAskingAgain ? null : farewells.full(newcomer, full, known);
  }

  /** Whether the store may answer something else by now. */
  async #mayChange(request: SlotRequest, scouted: Scouted, endsAt: number): Promise<boolean> {
    const { settings, clock } = this.#parts;
    const { newcomer } = request;
    const isOver = clock.nowMs() >= endsAt;
    switch (scouted.outcome) {
      case 'freed':
        newcomer.freed += 1;
        return !isOver && newcomer.freed < mostTries;
      case 'alive': {
        const isEvicting = settings.onLimit === 'evict-oldest' && !request.mayEvict;
        request.mayEvict ||= isEvicting;
        return isEvicting;
      }
      case 'unproven':
        return !isOver && (await this.#hasSomebodyGone());
    }
  }

  /** Everybody in its way is asked, unless it is nudged before they have answered. */
  async #scout(newcomer: Newcomer, { full: { rows }, nudged }: FoundFull): Promise<Scouted> {
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
    repairs.doubt(userId);
    if (newcomer.end !== null) return this.#parts.farewells.gone(newcomer);
    if (onStoreFailure === 'refuse') return this.#parts.farewells.withoutStore(newcomer, retryMs());
    return this.#openHere(newcomer);
  }

  /** By what this node knows: its own sessions, and the limit for each node. */
  async #openHere(newcomer: Newcomer): Promise<OpenOutcome> {
    const held = newcomer.handOver();
    const { request, startedAtMs } = newcomer;
    const admission = this.#parts.layer().open({ ...request, startedAtMs });
    const outcome = admission.outcome === 'waiting' ? await admission.settled : admission;
    if (outcome.outcome !== 'opened') return outcome;
    outcome.session.unconfirmedBytes += newcomer.bytesWritten;
    for (const data of held) outcome.session.serve(data);
    return outcome;
  }

  #forget(newcomer: Newcomer): void {
    if (this.#newcomers.remove(newcomer)) this.#parts.mirrors.abandoned(newcomer.userId);
  }
}
