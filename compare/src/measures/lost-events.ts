import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy } from 'holdfast/testing';
import type { ProofClient } from '../../../packages/gateway/dist/proof/dialer.js';
import type { Bench, Figure, Measure } from './bench.ts';
import { figures } from './figures.ts';

const events = 100;
const eventEveryMs = 20;
/** The connection breaks before this one, and the client is back before that one: half of all fall in between. */
const breaksAt = 26;
const isBackAt = 76;
const settleMs = 1_000;

/** A way in which a client's connection breaks, and comes back fifty events later. */
interface Break {
  readonly user: string;
  readonly figure: Figure;
  /** What remains of the position: a page that is loaded anew has what its client library keeps in the page's storage. */
  readonly keepsPosition: (bench: Bench) => boolean;
  apply(proxy: FaultProxy, client: ProofClient): void;
}

const breaks: readonly Break[] = [
  {
    user: 'cut',
    figure: figures.lostAfterCut,
    keepsPosition: () => true,
    apply: (proxy) => proxy.reset(),
  },
  {
    user: 'half-open',
    figure: figures.lostAfterSilence,
    keepsPosition: () => true,
    apply: (proxy) => proxy.halfOpen(),
  },
  {
    user: 'reload',
    figure: figures.lostAfterReload,
    // Socket.IO keeps its position in the object, which the page takes with it; the ports have none at all.
    keepsPosition: ({ system }) => system.name === 'holdfast',
    apply: (_, client) => client.drop(),
  },
];

/**
 * A hundred events, 20 ms apart, to one client whose connection breaks and who is back fifty events later. Lost is what never
 * came and was not told as a gap either.
 */
export const lostEvents: Measure = {
  name: 'lost-events',
  isBusy: false,
  async run(bench) {
    await Promise.all(breaks.map((one) => tryBreak(bench, one)));
  },
};

async function tryBreak(bench: Bench, one: Break): Promise<void> {
  const { dialer, desk, address } = bench.deployment;
  const { user } = one;
  const proxy = await FaultProxy.start({ targetHost: address.host, targetPort: address.port });
  bench.undoLater(() => proxy.close());
  const first = await dialer.dial({ user, throughPort: proxy.port });
  if (!first.isOpen) throw new Error(`Expected a first session, got ${first.end.code}.`);
  bench.undoLater(() => first.client.drop());
  const clients = [first.client];
  for (let number = 1; number <= events; number += 1) {
    if (number === breaksAt) one.apply(proxy, first.client);
    if (number === isBackAt) clients.push(await comeBack(bench, one, first.client));
    await desk.publish(user, { event: 'numbered', data: number });
    await delay(eventEveryMs);
  }
  await delay(settleMs);
  tell(bench, one, clients);
}

async function comeBack(bench: Bench, one: Break, before: ProofClient): Promise<ProofClient> {
  const { position } = before;
  const keepsPosition = one.keepsPosition(bench);
  const again = await bench.deployment.dialer.dial({
    user: one.user,
    ...(keepsPosition ? { resume: position } : {}),
  });
  if (!again.isOpen) throw new Error(`Expected a second session, got ${again.end.code}.`);
  bench.undoLater(() => again.client.drop());
  return again.client;
}

function tell(bench: Bench, { figure }: Break, clients: readonly ProofClient[]): void {
  const numbers = clients.flatMap(({ received }) => received.map(({ data }) => Number(data)));
  const gaps = clients.flatMap((client) => client.gaps).length;
  const unique = new Set(numbers).size;
  bench.keep(figure, gaps > 0 ? 0 : events - unique);
  bench.keep(figures.toldLost, gaps);
  bench.keep(figures.doubled, numbers.length - unique);
}
