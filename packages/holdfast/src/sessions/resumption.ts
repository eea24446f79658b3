import { UsageError, describeValue } from '../core/usage-error.ts';
import type { ResumeVerdict } from '../protocol/frames.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import type { EventStream } from './event-stream.ts';
import type { Grant } from './grant.ts';
import type { History } from './history.ts';
import type { Registry } from './registry.ts';
import type { RevokedLineages } from './revoked-lineages.ts';
import type { Inheritance, Position } from './position.ts';
import type { Session } from './session.ts';
import type { LossReason, TicketFlaw } from './session-event.ts';
import type { RecordHead } from './store/acts.ts';
import type { Tickets } from './tickets.ts';
import type { UserLog } from './user-log.ts';

/** What resuming works with. */
export interface ResumptionRooms {
  /** Where records are kept by a store, what is here of them may be behind it. */
  readonly cluster: ClusterSeat | null;
  readonly registry: Registry;
  readonly history: History;
  readonly tickets: Tickets;
  readonly revokedLineages: RevokedLineages;
  readonly events: EventStream;
}

/** What a client brings back from its last connection; every part may be missing. */
export interface ResumeRequest {
  /** Of its last `ready`. One that is not good is ignored and counted. */
  readonly ticket?: string;
  /** Where it was: the place after which it wants to read on. One is worth nothing without the other. */
  readonly epoch?: string;
  readonly offset?: number;
}

/** What a newcomer has brought, read. */
export interface Claim {
  /** From a ticket of this user; null without one. */
  readonly inheritance: Inheritance | null;
  readonly brought: Position | null;
  /** It brought a ticket that is not of this user, altered, or none at all. */
  readonly isInvalid: boolean;
}

/** What a claim comes to at this moment. */
export interface Succession {
  /** The session whose place its bearer takes; null when that is over. */
  readonly old: Session | null;
  readonly inheritance: Inheritance | null;
  readonly brought: Position | null;
  readonly flaw: TicketFlaw | null;
}

/** Most newcomers bring nothing: shared, it costs them nothing. */
const nothing: Claim = { inheritance: null, brought: null, isInvalid: false };
const nobody: Succession = { old: null, inheritance: null, brought: null, flaw: null };

/** How a client takes its place again, and its place in the log of its user. */
export class Resumption {
  readonly #rooms: ResumptionRooms;

  constructor(rooms: ResumptionRooms) {
    this.#rooms = rooms;
  }

  /** Reads what a newcomer has brought. */
  read(userId: string, request: ResumeRequest | undefined): Claim {
    if (request === undefined) return nothing;
    const { ticket, epoch, offset } = request;
    const brought = epoch === undefined || offset === undefined ? null : { epoch, offset };
    if (ticket === undefined) return { ...nothing, brought };
    const inheritance = this.#rooms.tickets.read(userId, ticket);
    return { inheritance, brought, isInvalid: inheritance === null };
  }

  /** Looks who is there to be succeeded. Asked anew at each use: others may have come with the same ticket meanwhile. */
  successionOf(userId: string, claim: Claim): Succession {
    if (claim === nothing) return nobody;
    const { inheritance, brought, isInvalid } = claim;
    if (inheritance === null)
      return { old: null, inheritance, brought, flaw: isInvalid ? 'invalid' : null };
    const { registry, revokedLineages } = this.#rooms;
    const { lineage, predecessor } = inheritance;
    if (revokedLineages.has(lineage))
      return { old: null, inheritance: null, brought, flaw: 'spent' };
    const old = registry.of(userId).find((session) => session.lineage === lineage) ?? null;
    if (old === null) return { old, inheritance, brought, flaw: null };
    if (old.generation !== predecessor && old.predecessor !== predecessor)
      return { old: null, inheritance: null, brought, flaw: 'spent' };
    return { old, inheritance, brought: brought ?? this.#lastOf(old), flaw: null };
  }

  /** The same for a newcomer about whose ticket the store of its cluster has decided. */
  grantedTo(
    userId: string,
    { brought, isInvalid }: Claim,
    { inheritance, flaw }: Grant,
  ): Succession {
    const told = flaw ?? (isInvalid ? 'invalid' : null);
    const heirs = this.#rooms.registry.of(userId);
    const old = heirs.find(({ lineage }) => lineage === inheritance?.lineage) ?? null;
    const position = brought ?? (old === null ? null : this.#lastOf(old));
    return { old, inheritance, brought: position, flaw: told };
  }

  /** Where a session was last. One that was not greeted yet has nothing but what it brought itself. */
  #lastOf(session: Session): Position | null {
    if (session.state !== 'live') return session.brought;
    return { epoch: this.#rooms.history.epochIn(session), offset: session.acked };
  }

  /** Puts a session where its client wants to read on, or as near to it as the log still reaches. */
  place(session: Session): Placing {
    const { history } = this.#rooms;
    const { brought, userId, grant } = session;
    const epoch = grant?.record.epoch ?? history.epochOf(userId);
    session.brought = null;
    session.epoch = epoch === history.epoch ? null : epoch;
    if (brought !== null) return this.#placeAt(brought, session);
    session.cursor = this.#startOf(session);
    // What nobody has, and nobody has read from the store, can only be told.
    if (grant !== null && history.find(userId) === undefined && session.cursor < grant.record.last)
      return this.#placeAt({ epoch, offset: session.cursor }, session);
    return asNew;
  }

  #startOf({ userId, grant }: Session): number {
    const { history } = this.#rooms;
    if (grant === null) return history.startOf(userId);
    return Math.max(grant.record.delivered, history.find(userId)?.delivered ?? 0);
  }

  /** Tells everybody who wants to know, once the client has been told. */
  tell(newcomer: Session, { verdict, lost }: Placing): void {
    if (verdict.outcome === 'new') return;
    const { events } = this.#rooms;
    const { userId: user, id: session } = newcomer;
    events.emit({ type: 'resumed', user, session, outcome: verdict.outcome });
    if (verdict.outcome === 'gap' && verdict.from !== undefined && verdict.to !== undefined)
      events.emit({ type: 'gapTold', user, session, from: verdict.from, to: verdict.to });
    if (lost !== null) events.emit({ type: 'lost', user, ...lost });
  }

  #placeAt(brought: Position, session: Session): Placing {
    const { history } = this.#rooms;
    const { userId, lineage, grant } = session;
    const log = history.find(userId);
    const last = grant?.record.last ?? history.lastOf(userId);
    const reaches = log === undefined ? last : log.first - 1;
    const verdict =
      grant === null
        ? this.#gapBetween(brought, reaches, userId)
        : gapInRecord(brought, reaches, { ...grant.record, last: Math.max(last, log?.last ?? 0) });
    session.cursor = verdict === null ? brought.offset : reaches;
    if (verdict !== null) return { verdict, lost: lostBy(verdict, { brought, reaches, log }) };
    const replayed = Math.max(0, log?.countFor(lineage, brought.offset) ?? 0);
    return {
      verdict: replayed === 0 ? { outcome: 'lossless' } : { outcome: 'replayed', replayed },
      lost: null,
    };
  }

  #gapBetween({ epoch, offset }: Position, reaches: number, userId: string): Gap | null {
    const { history } = this.#rooms;
    // A place that no session of the user was ever written up to is none of this record; another node may know more of it.
    const isBeyond = this.#rooms.cluster === null && offset > history.startOf(userId);
    if (epoch !== history.epochOf(userId) || isBeyond) return { outcome: 'gap', reason: 'epoch' };
    if (offset >= reaches) return null;
    const log = history.find(userId);
    if (log !== undefined && offset >= log.start) {
      const reason = reaches <= log.expiredTo ? 'expired' : 'overflow';
      return { outcome: 'gap', reason, from: offset + 1, to: reaches };
    }
    const reason = history.ends.hasOnlyBroadcasts(userId) ? 'broadcast' : 'expired';
    return { outcome: 'gap', reason };
  }
}

/** What a session was told of its position, and what is to be counted as lost with that. */
export interface Placing {
  readonly verdict: ResumeVerdict;
  readonly lost: { readonly events: number; readonly reason: LossReason } | null;
}

const asNew: Placing = { verdict: { outcome: 'new' }, lost: null };

type Gap = Extract<ResumeVerdict, { readonly outcome: 'gap' }>;

/** What lies between a position and what is left of a record that the store of a cluster keeps. */
function gapInRecord(
  { epoch, offset }: Position,
  reaches: number,
  record: Pick<RecordHead, 'epoch' | 'last'>,
): Gap | null {
  if (epoch !== record.epoch || offset > record.last) return { outcome: 'gap', reason: 'epoch' };
  if (offset >= reaches) return null;
  return { outcome: 'gap', reason: 'overflow', from: offset + 1, to: reaches };
}

/** Everything between a position and what is left, as far as it can be known and was not counted when it aged out. */
function lostBy(
  { reason, from: known }: Gap,
  { brought, reaches, log }: { brought: Position; reaches: number; log: UserLog | undefined },
): Placing['lost'] {
  if (log === undefined) {
    const isCounted = reason === 'broadcast' || reason === 'overflow';
    return isCounted ? { events: reaches - brought.offset, reason } : null;
  }
  const after = known === undefined ? Math.max(log.delivered, log.start) : brought.offset;
  const events = reaches > after ? log.uncounted(after + 1, reaches) : 0;
  if (events === 0) return null;
  return { events, reason: known !== undefined && reason === 'expired' ? reason : 'overflow' };
}

/** @throws UsageError `bad-resume` */
export function checkResume({ ticket, epoch, offset }: ResumeRequest): void {
  const isOffset = offset === undefined || (Number.isSafeInteger(offset) && offset >= 0);
  if (!isOffset) throw bad('offset', 'a whole number from 0', offset);
  if (ticket !== undefined && typeof ticket !== 'string') throw bad('ticket', 'a text', ticket);
  if (epoch !== undefined && typeof epoch !== 'string') throw bad('epoch', 'a text', epoch);
}

function bad(name: string, expected: string, value: unknown): UsageError {
  const message = `Expected \`${name}\` of resume to be ${expected}, got ${describeValue(value)}.`;
  return new UsageError('bad-resume', message);
}
