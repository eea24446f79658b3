import { setTimeout as delay } from 'node:timers/promises';
import type { ProofClient } from '../../../packages/gateway/dist/proof/dialer.js';
import type { Bench, Measure } from './bench.ts';
import { figures, limit } from './figures.ts';

const users = 12;
const steps = 400;
const quickSteps = 40;
const stepsBetweenChecks = 20;
const crowd = 50;

/** What ends a connection, and how long everybody is given to notice. */
const settleMs = 500;

/**
 * Clients come and go at random, by a close frame or a bare FIN, never more of a user's than the limit. Twenty steps at a
 * time, and half a second later, the system's count of each user is held against the connections there are. Then fifty
 * clients of one user at once: how many get in?
 */
export const counts: Measure = {
  name: 'counts',
  isBusy: false,
  async run(bench) {
    const open = new Map<string, ProofClient[]>(
      Array.from({ length: users }, (_, at) => [`churn-${at}`, []]),
    );
    const rounds = (bench.isQuick ? quickSteps : steps) / stepsBetweenChecks;
    for (let round = 0; round < rounds; round += 1) {
      for (let step = 0; step < stepsBetweenChecks; step += 1) await takeStep(bench, open);
      await delay(settleMs);
      await check(bench, open);
    }
    for (const client of [...open.values()].flat()) client.drop();
    await rush(bench);
  },
};

async function takeStep(bench: Bench, open: ReadonlyMap<string, ProofClient[]>): Promise<void> {
  const { random, deployment } = bench;
  const [user, clients] = random.pick([...open]) ?? ['', []];
  const opens = clients.length === 0 || (clients.length < limit && random.chance(0.6));
  if (!opens) {
    const [client] = clients.splice(random.between(0, clients.length - 1), 1);
    if (random.chance(0.5)) await client?.close();
    else client?.drop();
    return;
  }
  const arrival = await deployment.dialer.dial({ user });
  if (arrival.isOpen) clients.push(arrival.client);
  bench.keep(figures.wrongRefusals, arrival.isOpen ? 0 : 1);
}

async function check(bench: Bench, open: ReadonlyMap<string, ProofClient[]>): Promise<void> {
  for (const [user, clients] of open) {
    const { count } = await bench.deployment.desk.countOf(user);
    // Those the server has ended on its own are none of ours any more.
    const alive = clients.filter(({ end }) => end === null);
    clients.splice(0, clients.length, ...alive);
    bench.keep(figures.countChecks, 1);
    bench.keep(figures.countErrors, count === alive.length ? 0 : 1);
  }
}

async function rush(bench: Bench): Promise<void> {
  const { dialer } = bench.deployment;
  const dials = Array.from({ length: crowd }, () => dialer.dial({ user: 'crowd' }));
  const arrivals = await Promise.all(dials);
  // Who was let in and ended at once, to make room for the next, is not in.
  await delay(settleMs);
  const clients = arrivals.flatMap((arrival) => (arrival.isOpen ? [arrival.client] : []));
  bench.keep(figures.admittedAtOnce, clients.filter(({ end }) => end === null).length);
  for (const client of clients) client.drop();
}
