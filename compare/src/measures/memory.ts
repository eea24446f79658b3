import { setTimeout as delay } from 'node:timers/promises';
import { ClientProcess } from '../../../packages/gateway/dist/proof/processes/client-process.js';
import type { Bench, Measure } from './bench.ts';
import { figures } from './figures.ts';

const warmUp = 1_000;
const sessions = 2_000;
const quickSessions = 100;
const atOnce = 40;
const perUser = 2;
const settleMs = 1_000;

/** How much larger a process gets by each idle session: resident memory, the first thousand sessions left out. */
export const memory: Measure = {
  name: 'memory',
  isBusy: true,
  async run(bench) {
    const { host, dialerSource } = bench.deployment;
    if (host === null) throw new Error('Expected a system with a process to look at.');
    const clients = new ClientProcess(dialerSource);
    bench.undoLater(() => clients.kill());
    const count = bench.isQuick ? quickSessions : sessions;
    await fill(clients, 'first', bench.isQuick ? quickSessions : warmUp);
    await settle(bench);
    const before = host.residentBytes;
    await fill(clients, 'measured', count);
    await settle(bench);
    const after = host.residentBytes;
    bench.keep(figures.memory, (after - before) / count);
    bench.keep(figures.residentMemory, after);
  },
};

async function fill(clients: ClientProcess, prefix: string, count: number): Promise<void> {
  for (let first = 0; first < count; first += atOnce) {
    const requests = Array.from({ length: Math.min(atOnce, count - first) }, (_, at) => ({
      user: `${prefix}-${Math.trunc((first + at) / perUser)}`,
    }));
    const opened = await clients.open(requests);
    const refused = opened.find(({ isOpen }) => !isOpen);
    if (refused) throw new Error(`Expected idle sessions, got ${refused.end?.code}.`);
  }
}

async function settle({ isQuick }: Bench): Promise<void> {
  await delay(isQuick ? 200 : settleMs);
}
