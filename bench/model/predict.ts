import { type ActKind, actKinds, type Work, type WorkByKind } from './acts.ts';
import { mean, type UserStates, userStates } from './user-states.ts';
import {
  auditTurns,
  heartbeatSeconds,
  leastAudited,
  sweepTurns,
  type Workload,
} from './workload.ts';

/** What the formulas say of a workload that goes on as it is. Rates are per second. */
export interface Prediction {
  readonly work: WorkByKind;
  /** Sessions with a living socket. */
  readonly sessions: number;
  /** Slots that are taken: those, and half-open ones. */
  readonly rows: number;
  /** Users with at least one slot. */
  readonly present: number;
  /** For each node, the users with a slot there, added up. */
  readonly places: number;
  readonly refused: number;
}

/** What comes and goes of one user. */
interface Traffic {
  readonly states: UserStates;
  readonly blocked: number;
  readonly active: number;
  readonly breaks: number;
}

/** The formulas of docs/sizing.md. */
export function predict(workload: Workload): Prediction {
  const { users } = workload;
  const traffic = trafficOf(workload);
  const { share, spread } = traffic.states;
  const parts = partsOf(workload, traffic);
  const work = Object.fromEntries(
    actKinds.map((kind) => [kind, times(parts[kind] ?? none, parts.isWhole.has(kind) ? 1 : users)]),
  ) as Record<ActKind, Work>;
  return {
    work,
    sessions: users * traffic.active,
    rows: users * mean(share, (slots) => slots),
    present: users * (1 - (share[0] ?? 0)),
    places: users * mean(share, (slots) => spread[slots] ?? 0),
    refused: users * workload.visitRate * traffic.blocked,
  };
}

function trafficOf(workload: Workload): Traffic {
  const { visitRate, visitSeconds, breakRate, limit } = workload;
  const states = userStates(workload);
  const blocked = states.share[limit] ?? 0;
  const active = visitRate * visitSeconds * (1 - blocked);
  return { states, blocked, active, breaks: active * breakRate };
}

const none: Work = { acts: 0, rows: 0, told: 0, entries: 0 };

type Parts = Partial<Record<ActKind, Work>> & { readonly isWhole: ReadonlySet<ActKind> };

/** Per user and second; per second in all for the kinds in `isWhole`. */
function partsOf(workload: Workload, traffic: Traffic): Parts {
  const { visitRate, halfOpenShare, nodes, eventRate } = workload;
  const { states, blocked, breaks } = traffic;
  const { share, spread } = states;
  const rows = mean(share, (slots) => slots);
  const opens = visitRate + breaks;
  const others = mean(conditioned(share), (slots) => slots);
  const seen = visitRate * rows + breaks * (others + halfOpenShare);
  const ended = visitRate * (1 - blocked) + breaks * (1 - halfOpenShare);
  const elsewhere = breaks * halfOpenShare * movedShare(workload, states);
  const { read, delivered } = readsOf(workload, traffic);
  const asked = refusedElsewhere(workload, traffic) * visitRate * blocked;
  const audited = auditWork(workload, states);
  return {
    isWhole: new Set(['renew', 'assertRows']),
    admit: { ...none, acts: opens, rows: seen, told: elsewhere },
    release: { ...none, acts: ended, rows: ended * (1 + others) },
    // Whoever comes back within seconds finds its place free: that somebody else has taken it is left out here.
    confirm: { ...none, acts: breaks },
    append: {
      ...none,
      acts: eventRate,
      rows: eventRate * rows,
      told: eventRate * mean(share, (slots) => spread[slots] ?? 0),
    },
    delivered: { ...none, acts: delivered },
    read,
    assertRows: audited,
    sweep: {
      ...none,
      acts: mean(share, (slots) => spread[slots] ?? 0) / sweepTurns / heartbeatSeconds,
    },
    post: { ...none, acts: 2 * asked, told: 2 * asked },
    renew: { ...none, acts: nodes / heartbeatSeconds },
  };
}

/**
 * A newcomer's node reads what it has not: of one that comes back, what was published meanwhile, unless another session of
 * the user is there, which has it; of a new one, what was published while nobody was here.
 */
function readsOf(
  { visitRate, eventRate, breakSeconds, keepSeconds, halfOpenShare }: Workload,
  { states, blocked, breaks }: Traffic,
): { read: Work; delivered: number } {
  const { share, alone } = states;
  const missedOnReturn = (eventRate * breakSeconds) / (1 + eventRate * breakSeconds);
  const mine = conditioned(share);
  // A half-open one has a node, too, which goes on hearing of events.
  const aloneOnReturn = mean(
    mine,
    (others) =>
      (1 - halfOpenShare) * (alone[others] ?? 1) + halfOpenShare * (alone[others + 1] ?? 1),
  );
  const returned = breaks * aloneOnReturn * missedOnReturn;
  const away = share[0] ?? 0;
  const rate = visitRate + eventRate;
  const missedAway = (eventRate / rate) * (1 - Math.exp(-rate * keepSeconds));
  const came = visitRate * away * missedAway;
  const nobodyHere = breaks * (1 - halfOpenShare) * (mine[0] ?? 0) * missedOnReturn;
  const acts = returned + came * (1 - blocked);
  const entriesBack = 1 + eventRate * breakSeconds;
  // Counted back from the last one: the one before it is still there, too, if it was published within the same time.
  const entriesAway = 1 / (1 - missedAway);
  const entries = returned * entriesBack + came * entriesAway;
  return { read: { ...none, acts, entries }, delivered: came + nobodyHere };
}

/** Slots of the others, as one of a user's sessions sees them: those of a user with one place less. */
function conditioned(share: readonly number[]): number[] {
  const rest = share.slice(0, -1);
  const total = rest.reduce((sum, one) => sum + one, 0);
  return rest.map((one) => one / total);
}

/** How often somebody whose old connection holds its place still comes to another node than before. */
function movedShare({ together, nodes }: Workload, { share, spread }: UserStates): number {
  const apart = (spread[2] ?? 1) - 1;
  const drawn = mean(conditioned(share), (others) => (others / (others + 1)) * apart);
  return (1 - together) * (1 - 1 / nodes) + together * drawn;
}

/** Other nodes that are asked about the sessions in a newcomer's way. */
function refusedElsewhere({ limit }: Workload, { states }: Traffic): number {
  return (states.spread[limit] ?? 0) - (1 - (states.alone[limit] ?? 1));
}

/** Each node goes through its users, a share of them with each heartbeat. Users on many nodes are looked at more often. */
function auditWork({ users, nodes }: Workload, { share, spread }: UserStates): Work {
  const places = mean(share, (slots) => spread[slots] ?? 0);
  const here = (users * places) / nodes;
  const acts = (auditTurn(here) * nodes) / heartbeatSeconds;
  const rows = mean(share, (slots) => slots * (spread[slots] ?? 0)) / places;
  return { ...none, acts, rows: acts * rows };
}

/** How many of so many users a node looks at with one heartbeat. */
export function auditTurn(usersHere: number): number {
  return Math.min(usersHere, Math.max(leastAudited, usersHere / auditTurns));
}

function times({ acts, rows, told, entries }: Work, factor: number): Work {
  return {
    acts: acts * factor,
    rows: rows * factor,
    told: told * factor,
    entries: entries * factor,
  };
}
