import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { RawPeer } from 'holdfast/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bucketOf } from '../../src/server/rollout/bucket.ts';
import { run } from '../cli/command-process.ts';
import { parseExposition, valueOf } from '../server/metrics/exposition.ts';
import { adminToken, RunningGateway } from './running-gateway.ts';

const slowCreation = new URL('./slow-creation.mjs', import.meta.url).href;
const users = Array.from({ length: 40 }, (_, index) => `user-${index}`);
/** One who is among the first half, and one who is not. */
const within = users.find((user) => bucketOf(user) < 5000) ?? '';
const beyond = users.find((user) => bucketOf(user) >= 5000) ?? '';

let folder: string;
let gateway: RunningGateway;
let peers: RawPeer[];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'rollout-'));
  peers = [];
});
afterEach(async () => {
  for (const peer of peers) peer.destroy();
  await gateway.stop();
  rmSync(folder, { recursive: true });
});

async function start(percent: number): Promise<void> {
  const flags = ['--rollout', String(percent), '--rollout-file', path.join(folder, 'rollout.json')];
  // Patient enough for peers whose process has to share its core.
  const quick = ['--ping-interval', '500ms', '--ping-timeout', '1500ms'];
  const limits = ['--max-sessions-per-user', '2', '--interim-limit', '3'];
  const bounds = ['--pressure-ping-interval', '500ms', '--drain-timeout', '100ms'];
  gateway = await RunningGateway.start([...flags, ...quick, ...limits, ...bounds], {
    NODE_OPTIONS: `--import=${slowCreation}`,
    SLOW_CREATION_WHILE: path.join(folder, 'slow'),
  });
}

/** Comes to the door; resolves with what is said there: `ready`, or the code of the close. */
async function come(user: string, answersPings = true): Promise<'ready' | number> {
  const peer = await RawPeer.connect({
    port: gateway.port,
    path: gateway.pathFor(user),
    answersPings,
  });
  peers.push(peer);
  await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
  return peer.closeFrame?.code ?? 'ready';
}

async function status(): Promise<Record<string, unknown>> {
  return (await gateway.ask('GET', '/api/v1/rollout')).body;
}

/** The real command, as an operator gives it. */
async function rollout(...argv: string[]): Promise<string> {
  const place = ['--url', gateway.url, '--admin-token', adminToken];
  const outcome = await run(['rollout', ...argv, ...place]);
  expect(outcome).toMatchObject({ status: 0, err: '' });
  return outcome.out;
}

async function until(isSo: () => Promise<boolean>, withinMs: number): Promise<number> {
  const startedAt = performance.now();
  while (!(await isSo())) {
    if (performance.now() - startedAt > withinMs) throw new Error(`Not so within ${withinMs} ms.`);
    await delay(50);
  }
  return performance.now() - startedAt;
}

/** What would have been is known when the probe timeout is over. */
async function untilCounted(counts: Readonly<Record<string, unknown>>): Promise<void> {
  await until(async () => {
    const { wouldRefuse, wouldReap } = await status();
    return JSON.stringify({ wouldRefuse, wouldReap }) === JSON.stringify(counts);
  }, 10_000);
}

it('I1 I2 goes from observing to half of the users to everyone, and no session is ended on the way', async () => {
  await start(0);
  expect(await come(within, false)).toBe('ready');
  for (const user of [within, within, beyond, beyond, beyond])
    expect(await come(user)).toBe('ready');
  // The silent one makes room for one of three; of the others one is too many.
  await untilCounted({ wouldRefuse: { 'user-limit': 1 }, wouldReap: { 'no-pong': 1 } });
  expect(await rollout('status')).toMatch(/^Observing: .*\nWould have refused  1 \(user-limit\)\n/);
  expect(peers.map(({ closeFrame }) => closeFrame)).toEqual(Array(6).fill(null));

  expect(await rollout('set', '50')).toMatch(/^Enforced for 50 % of the users/);
  expect([await come(within), await come(beyond)]).toEqual([4429, 'ready']);
  await untilCounted({ wouldRefuse: { 'user-limit': 2 }, wouldReap: { 'no-pong': 1 } });
  expect(await rollout('set', '100')).toMatch(/^Enforced for everyone/);
  expect([await come(within), await come(beyond)]).toEqual([4429, 4429]);
  const metrics = parseExposition(await (await fetch(`${gateway.url}/metrics`)).text()).samples;
  expect(valueOf(metrics, 'holdfast_would_refuse_total', { reason: 'user-limit' })).toBe(2);
  expect(valueOf(metrics, 'holdfast_rollout_stage', { stage: 'everyone' })).toBe(1);
  expect(await gateway.count(beyond)).toBe(4);
});

it('rolls back by itself under injected latency, within 10 s and once; says why, and stays there over a restart', async () => {
  await start(100);
  const kept = [await come('kept'), await come('kept')];
  expect([...kept, await come('kept')]).toEqual(['ready', 'ready', 4429]);
  const switchFile = path.join(folder, 'slow');
  writeFileSync(switchFile, '');
  const calm = new AbortController();
  const rush = async (name: string): Promise<void> => {
    for (let count = 0; !calm.signal.aborted; count += 1) await come(`${name}-${count}`);
  };
  // Two at a time: there is always a newcomer for the gateway to be slow with.
  const storm = Promise.all([rush('storm'), rush('gale')]);
  const tookMs = await until(async () => (await status())['stage'] === 'rolled-back', 30_000);
  expect(tookMs).toBeLessThan(10_000);
  await delay(2_500);
  calm.abort();
  rmSync(switchFile);
  await storm;

  const told = gateway.logs.filter(({ event }) => event === 'rolledBack');
  expect(told).toMatchObject([
    { level: 'error', by: 'guard', trigger: 'creation-latency', threshold: 500, interimLimit: 3 },
  ]);
  expect(Number(told[0]?.['measured'])).toBeGreaterThan(600);
  expect((await gateway.ask('GET', '/healthz')).body).toMatchObject({
    status: 'degraded',
    faults: [{ where: 'rollout', error: expect.stringContaining('more than 500 ms') as unknown }],
  });
  expect([await come('kept'), await come('kept')]).toEqual(['ready', 4429]);
  expect(await rollout('status')).toMatch(
    /^Rolled back: nothing is enforced up to 3 [^]*guard +back/,
  );
  expect((await status())['rollbacks']).toEqual({ 'creation-latency': 1 });

  for (const peer of peers) peer.destroy();
  await gateway.stop();
  await start(100);
  expect(await status()).toMatchObject({
    stage: 'rolled-back',
    steps: [{ by: 'guard', cause: { trigger: 'creation-latency' } }],
  });
  await rollout('set', '100', '--reason', 'mended');
  expect((await gateway.ask('GET', '/healthz')).body).toMatchObject({ status: 'ok', faults: [] });
});
