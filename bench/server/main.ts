import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { SessionOptions } from 'holdfast';
import { answerParent } from '../processes/answer.ts';
import {
  type Engine,
  machineMs,
  type ServerDuties,
  type ServerKind,
  type Usage,
} from './duties.ts';
import { acceptingServer, holdfastServer } from './holdfast.ts';
import {
  rawCorkedServer,
  rawGreetingServer,
  rawJsonServer,
  rawKeepingServer,
  rawPingingServer,
  rawPreparedServer,
  rawServer,
} from './raw.ts';

const kinds: Readonly<Record<ServerKind, (server: Server, options: SessionOptions) => Engine>> = {
  raw: rawServer,
  'raw-json': rawJsonServer,
  'raw-corked': rawCorkedServer,
  'raw-greeting': rawGreetingServer,
  'raw-keeping': rawKeepingServer,
  'raw-prepared': rawPreparedServer,
  'raw-pinging': rawPingingServer,
  holdfast: holdfastServer,
  'holdfast-accepting': acceptingServer,
};

const [kind = 'raw', options = '{}'] = process.argv.slice(2);
const server = createServer();
const engine = kinds[kind as ServerKind](server, JSON.parse(options) as SessionOptions);
const backlog = 4_096;
const payload = 'x'.repeat(256);

/** User and system time, microseconds. */
function usedCpuUs(): number {
  const { userCPUTime, systemCPUTime } = process.resourceUsage();
  return userCPUTime + systemCPUTime;
}

function usage(): Usage {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  return {
    cpuUs: usedCpuUs(),
    rssBytes: rss,
    heapBytes: heapUsed,
    arrayBytes: arrayBuffers,
    connections: engine.connections,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const duties: ServerDuties = {
  listen: () =>
    new Promise((resolve) => {
      server.listen({ port: 0, host: '127.0.0.1', backlog }, () => {
        resolve((server.address() as AddressInfo).port);
      });
    }),
  usage,
  settledUsage: async () => {
    for (let turn = 0; turn < 4; turn += 1) {
      globalThis.gc?.();
      await pause(100);
    }
    return usage();
  },
  publish: (plan) => {
    if (engine.publish === undefined) throw new Error(`${kind} has nothing to publish with.`);
    engine.publish(plan);
  },
  fanOut: async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    await pause(20);
    delay.reset();
    await pause(5);
    const startedAtMs = machineMs();
    // Not all of `usage`: to count connections is work that would be taken for a part of the fan-out.
    const before = usedCpuUs();
    await engine.fanOut(payload);
    await pause(100);
    delay.disable();
    return { startedAtMs, cpuUs: usedCpuUs() - before, longestBlockMs: delay.max / 1e6 - 1 };
  },
};

answerParent(duties);
