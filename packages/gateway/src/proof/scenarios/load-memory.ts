import { fileURLToPath } from 'node:url';
import type { Deployment } from '../deployment.ts';
import type { ProofClient } from '../dialer.ts';
import type { HostProcess } from '../host-process.ts';
import { demand } from '../finding.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

/** Collects garbage when it is asked to: without that, memory shows when the collector ran, not what is kept. */
const collector = fileURLToPath(
  new URL('../../../dist/proof/processes/collect-on-signal.js', import.meta.url),
);
/** Logs of users who have left age out before the next wave. */
const flags = ['--resume-window', '500ms', '--cleanup-interval', '1s'];
const warmUpWaves = 2;
const waves = 4;
const usersEach = 40;
const eventsEach = 2;
const eventBytes = 10_000;
/** Without a leak less than 1 MB was measured. */
const mostGrowthBytes = 8 * 1024 * 1024;

/** 4 waves of 200 managers of which each was sent 20 KB: one that is kept costs more than 10 KB, which makes 8 MB in all. */
export const memoryReturns: Scenario = {
  name: 'load/memory-returns-after-managers-have-left',
  category: 'load',
  claim:
    'Wave after wave of managers with events comes and goes, and memory, descriptors and counts are back where they were.',
  covers: [
    'I5',
    'FM-12',
    'FM-14',
    'seed: test_memory_leak_prevention_under_load',
    'seed: success criterion: memory stability',
  ],
  needsHost: true,
  withinMs: 90_000,
  async run(stage) {
    const variables = { NODE_OPTIONS: `--import=${collector}` };
    const other = await stage.startOther(flags, { variables });
    const { host } = other;
    demand(host !== null, {
      expected: 'a gateway in a process of its own',
      got: 'none',
      cause: 'The gateway to measure was not started.',
    });
    for (let wave = 1; wave <= warmUpWaves; wave += 1) await playWave(stage, other, `warm${wave}`);
    const files = host.openFiles;
    const first = await measure(stage, host);
    for (let wave = 1; wave <= waves; wave += 1) {
      await playWave(stage, other, `wave${wave}`);
      await measure(stage, host);
    }
    const growth = (await measure(stage, host)) - first;
    demand(growth < mostGrowthBytes, {
      expected: `resident memory to grow by less than ${toMegabytes(mostGrowthBytes)} MB over ${waves} waves`,
      got: `${toMegabytes(growth)} MB`,
      cause: 'Memory is kept for managers that have left: the process grows until it is killed.',
    });
    demand(host.openFiles <= files + 3, {
      expected: `about ${files} open descriptors, as before`,
      got: `${host.openFiles}`,
      cause: 'Sockets of managers that have left stay open.',
    });
  },
};

async function playWave(stage: Stage, other: Deployment, name: string): Promise<void> {
  const { limit } = stage.settings;
  const users = Array.from({ length: usersEach }, (_, at) => `${stage.user(name)}-${at}`);
  await Promise.all(
    users.map(async (user) => {
      const clients: ProofClient[] = [];
      while (clients.length < limit) {
        const arrival = await other.dialer.dial({ user });
        if (arrival.isOpen) clients.push(arrival.client);
        else throw new Error(`Expected a session, got ${arrival.end.code} ${arrival.end.reason}.`);
      }
      for (let at = 0; at < eventsEach; at += 1)
        await other.desk.publish(user, { event: 'text', data: randomText(stage) });
      for (const client of clients)
        await client.until(() => client.received.length === eventsEach, 5_000);
      await Promise.all(clients.map(async (client) => await client.close()));
    }),
  );
  const isEmpty = await stage.eventually(
    async () => Number((await other.desk.stats())['managers_active']) === 0,
    3_000,
  );
  demand(isEmpty, {
    expected: 'no manager once a wave has left',
    got: String((await other.desk.stats())['managers_active']),
    cause: 'Managers accumulate: what has left is still counted.',
  });
}

function randomText({ random }: Stage): string {
  let text = '';
  while (text.length < eventBytes) text += random.next().toString(36).slice(2);
  return text;
}

/** Once the logs have aged out and garbage was collected. */
async function measure(stage: Stage, host: HostProcess): Promise<number> {
  await stage.pause(1_500);
  process.kill(host.pid, 'SIGUSR2');
  await stage.pause(300);
  const bytes = host.residentBytes;
  stage.sample('resident-memory', bytes, 'bytes');
  return bytes;
}

function toMegabytes(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1);
}
