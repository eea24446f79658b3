import {
  causeOfDeath,
  deathDueAt,
  type DeathCause,
  notOut,
  type Patience,
  type VitalFacts,
} from './death.ts';

/** One session as the decision about a newcomer sees it. */
export interface Occupant extends VitalFacts {
  readonly id: string;
  /** By the raw clock, which goes on while the process is stopped. */
  readonly openedAtRaw: number;
}

/** One session in the way of a refused newcomer: what was known of it at that moment (FM-92). */
export interface BlockingSession {
  readonly id: string;
  readonly state: string;
  readonly ageMs: number;
  /** Since a frame of the peer last arrived. */
  readonly silentMs: number;
  /** How long its ping has been out; absent when none is. */
  readonly pingOutMs?: number;
  readonly transport: string;
}

/** A newcomer as far as the decision about it goes. */
export interface Newcomer {
  /** When it came. */
  readonly since: number;
}

/** Is there a slot for this newcomer? The one comparison of a count with a limit. */
export function hasRoom(occupied: number, limit: number): boolean {
  return occupied < limit;
}

/**
 * Has this session proven to be alive as far as this newcomer is concerned? A frame of the peer proves it that arrived
 * since the newcomer came. What it sent before proves nothing: it may have frozen the moment after. Within the
 * millisecond in which the newcomer came, only the answer to the ping that was sent then tells before from after.
 */
export function isProvenAlive({ provenAt, pingAt }: VitalFacts, { since }: Newcomer): boolean {
  return provenAt > since || (provenAt === since && pingAt === notOut);
}

/** The dead among a user's sessions, each with its cause, as far as `now` can tell. */
export function findDead<T extends VitalFacts>(
  occupants: readonly T[],
  patience: Patience,
  now: number,
): { readonly session: T; readonly cause: DeathCause }[] {
  const dead: { session: T; cause: DeathCause }[] = [];
  for (const session of occupants) {
    const cause = causeOfDeath(session, patience, now);
    if (cause !== null) dead.push({ session, cause });
  }
  return dead;
}

/**
 * How long until a known deadline can change the answer to this newcomer; undefined when all sessions are proven alive.
 * It depends on instants that were fixed before and never on how often somebody asks (FM-24).
 */
export function retryAfterMs(
  occupants: readonly VitalFacts[],
  newcomer: Newcomer,
  rules: { readonly patience: Patience; readonly now: number },
): number | undefined {
  const unproven = occupants.filter((occupant) => !isProvenAlive(occupant, newcomer));
  const earliest = earliestDeathAt(unproven, rules.patience);
  if (earliest === Number.POSITIVE_INFINITY) return undefined;
  return Math.max(1, Math.ceil(earliest - rules.now));
}

/** When the first of these is dead at the earliest if nothing is heard of it; Infinity when no known deadline leads there. */
export function earliestDeathAt(occupants: readonly VitalFacts[], patience: Patience): number {
  let earliest = Number.POSITIVE_INFINITY;
  for (const occupant of occupants) earliest = Math.min(earliest, deathDueAt(occupant, patience));
  return earliest;
}

/** What is told of the sessions that stand in the way. */
export function describeBlocking(
  occupants: readonly Occupant[],
  now: number,
  nowRaw: number,
): BlockingSession[] {
  return occupants.map((occupant) => ({
    id: occupant.id,
    state: occupant.state,
    ageMs: Math.floor(nowRaw - occupant.openedAtRaw),
    silentMs: now - Math.max(occupant.heardAt, occupant.openedAt),
    ...(occupant.pingAt === notOut ? {} : { pingOutMs: now - occupant.pingAt }),
    transport: occupant.transport,
  }));
}
