import type { RoamingClient } from '../../src/proof/scenarios/roaming-client.ts';
import type { ReceivedEvent } from '../../src/proof/dialer.ts';

/** What a client got, and what it was told is gone. */
type Account = Pick<RoamingClient, 'received' | 'gaps'>;

/**
 * What is wrong with what a client got of the numbers that were acknowledged to their publisher, in this order: nothing, if
 * each came once and in order, or a gap was told. Where a gap was told the record may have begun anew, and what is repeated
 * under it is no fault of the delivery.
 */
export function faultsOf({ received, gaps }: Account, acknowledged: readonly number[]): string[] {
  const got = received.map(({ data }) => Number(data));
  const known = new Set(got);
  const lost = acknowledged.filter((number) => !known.has(number));
  if (gaps.length > 0) return [];
  return [
    ...(lost.length === 0
      ? []
      : [`never came, and no gap was told: ${lost.slice(0, 20).join(' ')}`]),
    ...disorder(received),
  ];
}

function disorder(received: readonly ReceivedEvent[]): string[] {
  const found: string[] = [];
  for (const [at, { data, offset }] of received.entries()) {
    const before = received[at - 1];
    if (before === undefined) continue;
    if (Number(data) <= Number(before.data))
      found.push(`${String(data)} after ${String(before.data)}`);
    if (offset <= before.offset) found.push(`offset ${offset} after ${before.offset}`);
  }
  return found.slice(0, 20);
}
