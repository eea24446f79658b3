import type { RevocationOrder } from '../../sessions/store/cluster-store.ts';
import { packedField, unpacked } from './packed-text.ts';

/** What an order is kept under, and its instants. */
export function revocationTexts(order: RevocationOrder): readonly [string, number, number] {
  const token = order.jti === null ? '' : packedField(order.jti);
  return [`${packedField(order.user)}|${token}`, order.issuedUpTo, order.endsAtMs];
}

/** The answer of lua/revocations.lua: what each is kept under, then its instants. */
export function revocationsOf(answer: unknown): RevocationOrder[] {
  const texts = answer as readonly string[];
  const orders: RevocationOrder[] = [];
  for (let place = 0; place + 1 < texts.length; place += 2) {
    const [user = '', token = ''] = (texts[place] as string).split('|');
    const [issuedUpTo, endsAtMs] = (texts[place + 1] as string).split('|');
    orders.push({
      user: unpacked(user),
      jti: token === '' ? null : unpacked(token),
      issuedUpTo: Number(issuedUpTo),
      endsAtMs: Number(endsAtMs),
    });
  }
  return orders;
}
