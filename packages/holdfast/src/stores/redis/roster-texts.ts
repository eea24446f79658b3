import type { LiveNode, NodeCard, Roster } from '../../sessions/store/cluster-store.ts';
import type { Lines } from './answers.ts';
import { packedField, unpacked } from './packed-text.ts';

/** What a node says of itself, as it stands in its lease. Later versions may add to the end. */
export function cardText({ name, url, isDraining }: NodeCard): string {
  return [packedField(name), packedField(url), isDraining ? '1' : ''].join('|');
}

/** A line of a lease: generation, milliseconds left, card. */
function leaseOf(line: string): LiveNode {
  const [generation, left, name = '', url = '', draining] = line.split('|');
  return {
    generation: Number(generation),
    name: unpacked(name),
    url: unpacked(url),
    isDraining: draining === '1',
    leaseLeftMs: Number(left),
  };
}

/** The answer of lua/nodes.lua: last generation, key of the tickets, last broadcast, the clock, and a line for each lease. */
export function rosterOf(lines: Lines): Roster {
  const [upTo, ticketKey = '', broadcasts, nowMs, ...leases] = lines;
  const known = leases.map(leaseOf).toSorted((one, other) => one.generation - other.generation);
  const nodes = known.filter(({ leaseLeftMs }) => leaseLeftMs > 0);
  return {
    live: { upTo: Number(upTo), generations: nodes.map(({ generation }) => generation) },
    nodes,
    lapsed: known
      .filter(({ leaseLeftMs }) => leaseLeftMs === 0)
      .map(({ generation }) => generation),
    ticketKey,
    broadcasts: Number(broadcasts),
    nowMs: Number(nowMs),
  };
}
