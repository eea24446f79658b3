import { mostBroadcastsAhead } from '../../sessions/store/acts.ts';
import type { UserRecord } from './store-data.ts';

/** Whether this broadcast was appended or told as missed before. */
export function isSettled({ broadcast, broadcastsAhead }: UserRecord, number: number): boolean {
  return number <= broadcast || broadcastsAhead.has(number);
}

/** This broadcast is in the log now. */
export function settle(record: UserRecord, number: number): void {
  const { broadcastsAhead } = record;
  if (number > record.broadcast) broadcastsAhead.add(number);
  closeHole(record);
  if (broadcastsAhead.size <= mostBroadcastsAhead) return;
  record.broadcast = Math.min(...broadcastsAhead);
  closeHole(record);
}

/** Settles all up to this number, and says how many of them were not. */
export function settleUpTo(record: UserRecord, number: number): number {
  const { broadcastsAhead } = record;
  const ahead = [...broadcastsAhead].filter((one) => one <= number).length;
  const missed = Math.max(0, number - record.broadcast - ahead);
  record.broadcast = Math.max(record.broadcast, number);
  closeHole(record);
  return missed;
}

function closeHole(record: UserRecord): void {
  const { broadcastsAhead } = record;
  for (const number of broadcastsAhead)
    if (number <= record.broadcast) broadcastsAhead.delete(number);
  while (broadcastsAhead.delete(record.broadcast + 1)) record.broadcast += 1;
}
