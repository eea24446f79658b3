import { setTimeout as delay } from 'node:timers/promises';
import { ClientProcess } from '../../../packages/gateway/dist/proof/processes/client-process.js';
import type { ProofClient } from '../../../packages/gateway/dist/proof/dialer.js';
import type { Bench, Measure } from './bench.ts';
import { figures, limit, lockOutCapMs } from './figures.ts';
import { openClient } from './open-clients.ts';
import { countKilled } from './still-served.ts';

/** The longest round of a ping loop among the systems: clients are frozen at an even spread of moments of it. */
const longestRoundMs = 30_000;
/** What the user does where the client has given up. */
const pressAgainMs = 1_000;

/** A user at the limit, some of whose clients are in the process that is about to be frozen. */
interface Owner {
  readonly user: string;
  readonly dead: number;
  readonly living: readonly ProofClient[];
}

/**
 * A user holds all places, with `dead` of them in a process that is stopped (SIGSTOP), in an order that is drawn. How
 * long until one more client of that user is let in, and how many of the living has that cost?
 */
export const lockOut: Measure = {
  name: 'lock-out',
  isBusy: false,
  async run(bench) {
    const frozen = new ClientProcess(bench.deployment.dialerSource);
    bench.undoLater(() => frozen.kill());
    if (!bench.isQuick) await delay(bench.phase * longestRoundMs);
    const owners: Owner[] = [];
    for (let dead = 1; dead <= limit; dead += 1) {
      owners.push(await fill(bench, { frozen, dead }));
    }
    frozen.freeze();
    await Promise.all(owners.map((owner) => watch(bench, owner)));
  },
};

interface Filling {
  readonly frozen: ClientProcess;
  readonly dead: number;
}

async function fill(bench: Bench, { frozen, dead }: Filling): Promise<Owner> {
  const user = `owner-${dead}`;
  const places = Array.from({ length: limit }, (_, at) => (at < dead ? 'dead' : 'living'));
  const living: ProofClient[] = [];
  for (const place of shuffled(places, bench)) {
    if (place === 'dead') await frozen.open([{ user }]);
    else living.push(await openClient(bench, user));
  }
  return { user, dead, living };
}

function shuffled<Item>(items: readonly Item[], { random }: Bench): readonly Item[] {
  return items
    .map((item) => ({ item, draw: random.next() }))
    .toSorted((one, other) => one.draw - other.draw)
    .map(({ item }) => item);
}

async function watch(bench: Bench, { user, dead, living }: Owner): Promise<void> {
  const figure = figures.lockOut[dead - 1];
  if (figure === undefined) throw new Error(`Expected 1 to ${limit} of the dead, got ${dead}.`);
  bench.keep(figure, await timeUntilIn(bench, user));
  bench.keep(figures.liveAtCleanUp, living.length);
  bench.keep(figures.killedAtCleanUp, await countKilled(bench.deployment, living));
}

/** From the first try until the one that is let in, coming back as its client does; the cap where there is none. */
async function timeUntilIn(bench: Bench, user: string): Promise<number> {
  const startedAt = performance.now();
  const capMs = bench.isQuick ? lockOutCapMs.quick : lockOutCapMs.full;
  while (performance.now() - startedAt < capMs) {
    const arrival = await bench.deployment.dialer.dial({ user });
    if (arrival.isOpen) {
      const tookMs = performance.now() - startedAt;
      bench.undoLater(() => arrival.client.drop());
      return tookMs;
    }
    await delay(bench.system.comesBackAfter(arrival.end) ?? pressAgainMs);
  }
  return capMs;
}
