/**
 * The process of clients that `ClientProcess` starts: its argument is the source of a dialer as JSON, its standard input
 * the orders, its standard output the words.
 */
import { createInterface } from 'node:readline';
import type { Dialer, DialerSource, DialRequest, ProofClient } from '../dialer.ts';
import type { ClientOrder, ClientWord } from './client-words.ts';

/** How often clients are looked at for what is new. */
const LOOK_EVERY_MS = 20;

interface Watched {
  readonly client: ProofClient;
  told: number;
}

const source = JSON.parse(process.argv[2] ?? '{}') as DialerSource;
const { makeDialer } = (await import(source.module)) as {
  makeDialer: (settings: unknown) => Dialer;
};
const dialer = makeDialer(source.settings);
const watched = new Map<number, Watched>();

function tell(word: ClientWord): void {
  process.stdout.write(`${JSON.stringify(word)}\n`);
}

async function open(id: number, request: DialRequest): Promise<void> {
  const arrival = await dialer.dial(request);
  const { isOpen, tookMs } = arrival;
  if (arrival.isOpen) watched.set(id, { client: arrival.client, told: 0 });
  const session = arrival.isOpen ? arrival.client.session : null;
  const end = arrival.isOpen ? null : arrival.end;
  tell({ decided: id, as: { isOpen, session, end, tookMs } });
}

function look(): void {
  for (const [id, one] of watched) {
    const fresh = one.client.received.slice(one.told).map(({ offset }) => offset);
    one.told += fresh.length;
    if (fresh.length > 0) tell({ client: id, offsets: fresh });
    if (one.client.end === null) continue;
    tell({ client: id, ended: one.client.end });
    watched.delete(id);
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const order = JSON.parse(line) as ClientOrder;
  for (const { id, request } of order.open) void open(id, request);
});
lines.once('close', () => process.exit(0));
setInterval(look, LOOK_EVERY_MS);
