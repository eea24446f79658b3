import type { ClaimAct, ClaimAnswer, SettleAct } from '../../sessions/store/message-acts.ts';
import type { RevocationOrder } from '../../sessions/store/cluster-store.ts';
import { isAlive } from './rows.ts';
import type { Turn } from './store-data.ts';

/** How many names of messages of one user are remembered. */
const mostMessages = 128;
/** In the place of the node that is at a message. */
const taken = 0;

/** Asks for a message of a user. */
export function claimMessage(turn: Turn, { user, id, node, live, keepMs }: ClaimAct): ClaimAnswer {
  const ids = claimsOf(turn, user) ?? new Map<string, number>();
  const holder = ids.get(id);
  if (holder === taken) return 'taken';
  if (holder !== undefined && holder !== node && isAlive(live, holder)) return 'pending';
  ids.set(id, node);
  for (const oldest of ids.keys()) {
    if (ids.size <= mostMessages) break;
    ids.delete(oldest);
  }
  turn.data.messages.set(user, { ids, forgetAtMs: turn.nowMs + keepMs });
  return 'new';
}

/** Says what became of a message, where it is that node's to say. */
export function settleMessage(turn: Turn, { user, id, node, fate }: SettleAct): void {
  const ids = claimsOf(turn, user);
  if (ids?.get(id) !== node) return;
  if (fate === 'taken') ids.set(id, taken);
  else ids.delete(id);
}

function claimsOf({ data, nowMs }: Turn, user: string): Map<string, number> | undefined {
  const known = data.messages.get(user);
  return known !== undefined && known.forgetAtMs > nowMs ? known.ids : undefined;
}

/** Keeps an order to revoke tokens. */
export function revoke({ data }: Turn, order: RevocationOrder): void {
  const key = JSON.stringify([order.user, order.jti]);
  const former = data.revocations.get(key) ?? order;
  data.revocations.set(key, {
    ...order,
    issuedUpTo: Math.max(order.issuedUpTo, former.issuedUpTo),
    endsAtMs: Math.max(order.endsAtMs, former.endsAtMs),
  });
}

/** Those orders that are not over; the others are forgotten. */
export function revocations({ data, nowMs }: Turn): RevocationOrder[] {
  for (const [key, { endsAtMs }] of data.revocations)
    if (endsAtMs <= nowMs) data.revocations.delete(key);
  return [...data.revocations.values()];
}
