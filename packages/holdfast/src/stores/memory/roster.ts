import {
  generationsBeganAt,
  generationSeconds,
  type NodeCard,
  type RenewAnswer,
  type Roster,
} from '../../sessions/store/cluster-store.ts';
import type { Lease, Turn } from './store-data.ts';

/** What leases are given by. */
export interface LeaseTerms {
  readonly leaseMs: number;
  /** A draw from [0, 1). */
  readonly random: () => number;
}

/** Takes a generation and a lease. */
export function join(
  turn: Turn,
  card: NodeCard,
  terms: LeaseTerms,
): Roster & { readonly generation: number } {
  const generation = takeGeneration(turn);
  turn.data.leases.set(generation, { card, untilMs: turn.nowMs + terms.leaseMs });
  return { generation, ...rosterOf(turn, terms) };
}

/** A generation nobody else has had. */
export function takeGeneration({ data, nowMs }: Turn): number {
  const byClock = Math.floor((nowMs / 1_000 - generationsBeganAt) / generationSeconds);
  data.lastGeneration = Math.max(data.lastGeneration + 1, byClock);
  return data.lastGeneration;
}

/** Extends a lease that still runs. */
export function renew(
  turn: Turn,
  { node, card }: { readonly node: number; readonly card: NodeCard },
  terms: LeaseTerms,
): RenewAnswer {
  const lease = turn.data.leases.get(node);
  const isOurs = lease?.card.name === card.name && isRunning(lease, turn);
  if (!isOurs) return { outcome: 'lost' };
  turn.data.leases.set(node, { card, untilMs: turn.nowMs + terms.leaseMs });
  return { outcome: 'renewed', ...rosterOf(turn, terms) };
}

/** Ends a lease. */
export function leave({ data, nowMs }: Turn, node: number): void {
  const lease = data.leases.get(node);
  if (lease !== undefined)
    data.leases.set(node, { ...lease, untilMs: Math.min(lease.untilMs, nowMs) });
}

/** Forgets a lease that is over. */
export function forget(turn: Turn, node: number): void {
  const lease = turn.data.leases.get(node);
  if (lease !== undefined && !isRunning(lease, turn)) turn.data.leases.delete(node);
}

/** The number of the next broadcast. */
export function nextBroadcast({ data }: Turn): number {
  data.broadcasts += 1;
  return data.broadcasts;
}

function rosterOf(turn: Turn, { random }: LeaseTerms): Roster {
  const { data, nowMs } = turn;
  const leases = [...data.leases].toSorted(([one], [other]) => one - other);
  const running = leases.filter(([, lease]) => isRunning(lease, turn));
  data.ticketKey ??= drawKey(random);
  return {
    live: {
      upTo: data.lastGeneration,
      generations: running.map(([generation]) => generation),
    },
    nodes: running.map(([generation, { card, untilMs }]) => ({
      generation,
      ...card,
      leaseLeftMs: untilMs - nowMs,
    })),
    lapsed: leases.filter(([, lease]) => !isRunning(lease, turn)).map(([generation]) => generation),
    ticketKey: data.ticketKey,
    broadcasts: data.broadcasts,
    nowMs,
  };
}

function isRunning({ untilMs }: Lease, { nowMs }: Turn): boolean {
  return untilMs > nowMs;
}

/** 256 bits, in hexadecimal digits. */
function drawKey(random: () => number): string {
  return Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join('');
}
