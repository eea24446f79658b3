/**
 * A process with a manager factory in it, for the tests of the environment. Prints one line of JSON.
 *
 * usage: node factory-process.mjs sweep       the interval in force, and when the sweep ran, on a clock 200 times as fast
 *        node factory-process.mjs container   where it runs, and whether background task and emergency cleanup work there
 */
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';
import { systemClock } from 'holdfast';
import { WebSocketManagerFactory } from 'holdfast/manager-factory';
import { WebSocket, WebSocketServer } from 'ws';

const [mode] = process.argv.slice(2);

/** Made while the module is still being evaluated: no callback of the event loop has run yet. */
const early = mode === 'container' ? watched() : null;

/** @param {number} ms */
function pause(ms) {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** A factory that notes when its background task has done a run. */
function watched() {
  let runs = 0;
  const factory = new WebSocketManagerFactory({
    cleanupIntervalMs: 100,
    metrics: ({ type }) => {
      if (type === 'swept') runs += 1;
    },
  });
  return { factory, runs: () => runs };
}

/** @param {ReturnType<typeof watched>} watching */
async function tellStart({ factory, runs }) {
  const giveUpAt = performance.now() + 5_000;
  while (runs() < 2 && performance.now() < giveUpAt) await pause(20);
  const { background_cleanup_task_started: started, background_cleanup_failures: failures } =
    factory.getFactoryStats();
  await factory.shutdown();
  return { started, failures, ran: runs() >= 2 };
}

async function tellSweep() {
  const factor = 200;
  const startedAt = performance.now();
  /** @type {number[]} */
  const sweptAtMs = [];
  const factory = new WebSocketManagerFactory({
    clock: {
      ...systemClock,
      nowMs: () => performance.now() * factor,
      after: (ms, callback) => setTimeout(callback, ms / factor),
    },
    metrics: ({ type }) => {
      if (type === 'swept') sweptAtMs.push((performance.now() - startedAt) * factor);
    },
  });
  const stats = factory.getFactoryStats();
  while (sweptAtMs.length < 2) await pause(5);
  await factory.shutdown();
  return {
    environment: stats.environment,
    intervalMs: stats.cleanup_interval_ms,
    started: stats.background_cleanup_task_started,
    sweptAtMs,
  };
}

/** Five clients freeze; a sixth comes. */
async function tellEmergencyCleanup() {
  const factory = new WebSocketManagerFactory({
    pressurePingIntervalMs: 100,
    probeTimeoutMs: 300,
  });
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  server.on('connection', (socket) => {
    factory.createManager({ userId: 'u', socket }).then(
      (manager) => manager.send('welcome'),
      (/** @type {unknown} */ error) => process.stderr.write(`${String(error)}\n`),
    );
  });
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  const call = async () => {
    const client = new WebSocket(`ws://127.0.0.1:${port}`);
    await Promise.race([once(client, 'message'), once(client, 'close')]);
    return client;
  };
  const clients = await Promise.all(Array.from({ length: 5 }, call));
  for (const client of clients) client.pause();
  await pause(400);
  const sixth = await call();
  const stats = factory.getFactoryStats();
  const isIn = sixth.readyState === WebSocket.OPEN;
  for (const client of [...clients, sixth]) client.terminate();
  await factory.shutdown();
  server.close();
  return { isIn, successful: stats.successful_emergency_cleanups };
}

function isFolderWritable() {
  try {
    writeFileSync('holdfast-probe', '');
    return true;
  } catch {
    return false;
  }
}

async function tellContainer() {
  const worker = new Worker(new URL(import.meta.url));
  const [inWorker] = /** @type {unknown[]} */ (await once(worker, 'message'));
  return {
    pid: process.pid,
    hasTerminal: [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY),
    hasHome: process.env['HOME'] !== undefined,
    isFolderWritable: isFolderWritable(),
    starts: {
      whileLoading: early && (await tellStart(early)),
      inMicrotask: await Promise.resolve().then(watched).then(tellStart),
      inCallback: await new Promise((resolve) => {
        setImmediate(() => resolve(watched()));
      }).then(tellStart),
      inWorker,
    },
    emergency: await tellEmergencyCleanup(),
  };
}

if (!isMainThread && parentPort !== null) {
  const told = await tellStart(watched());
  parentPort.postMessage(told, []);
} else {
  const told = mode === 'container' ? await tellContainer() : await tellSweep();
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
