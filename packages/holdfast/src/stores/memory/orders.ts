import type { RevocationOrder } from '../../sessions/store/cluster-store.ts';
import type { Turn } from './store-data.ts';

/** How many names of messages of one user are remembered. */
const mostMessages = 128;

/** Takes the name of a message of a user; false when it is taken. */
export function takeMessage(
  { data, nowMs }: Turn,
  user: string,
  { id, keepMs }: { readonly id: string; readonly keepMs: number },
): boolean {
  const known = data.messages.get(user);
  const taken = known !== undefined && known.forgetAtMs > nowMs ? known.ids : new Set<string>();
  if (taken.has(id)) return false;
  taken.add(id);
  for (const oldest of taken) {
    if (taken.size <= mostMessages) break;
    taken.delete(oldest);
  }
  data.messages.set(user, { ids: taken, forgetAtMs: nowMs + keepMs });
  return true;
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
