import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { RawPeer } from 'holdfast/testing';
import { SignJWT } from 'jose';
import { afterEach, describe, expect, it } from 'vitest';
import { PeerProcess } from '../outside/peer-process.ts';
import { RunningGateway } from '../outside/running-gateway.ts';
import { makePair, type Pair } from '../server/auth/issuer.ts';
import { rulesFile, shortenDurations } from './alert-rules.ts';
import { BrokenGateway } from './broken-gateway.ts';
import { RealPrometheus } from './real-prometheus.ts';

const rules = shortenDurations(readFileSync(rulesFile, 'utf8'));
/** Undone in reverse order. */
const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

async function watch({ port }: RunningGateway): Promise<RealPrometheus> {
  const prometheus = await RealPrometheus.start({ gatewayPort: port, rules });
  undo.push(() => prometheus.stop());
  return prometheus;
}

async function breakable(): Promise<{ broken: BrokenGateway; gateway: RunningGateway }> {
  const broken = new BrokenGateway();
  const gateway = await broken.start();
  undo.push(
    () => broken.remove(),
    () => gateway.stop(),
  );
  return { broken, gateway };
}

async function connect(gateway: RunningGateway, users: readonly string[]): Promise<PeerProcess> {
  const peers = new PeerProcess();
  undo.push(() => peers.kill());
  const base = gateway.url.replace('http', 'ws');
  await peers.open(users.map((user) => `${base}${gateway.pathFor(user)}`));
  return peers;
}

/** One after another, each until it is let in or refused. */
async function knock(gateway: RunningGateway, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const peer = await RawPeer.connect({ port: gateway.port, path: gateway.pathFor('full') });
    await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
    peer.destroy();
  }
}

function limitDescriptors({ child }: RunningGateway, most: number): void {
  const { status } = spawnSync('prlimit', [`--pid=${child.pid}`, `--nofile=${most}:`]);
  expect(status).toBe(0);
}

describe('an alert fires under its fault at a real gateway, and resolves after it', () => {
  it('HoldfastCleanupFailing: looking at the sessions throws', async () => {
    const { broken, gateway } = await breakable();
    const prometheus = await watch(gateway);
    broken.breakIt('sweep');
    await prometheus.until(async () => (await prometheus.firing()).has('HoldfastCleanupFailing'));
    broken.mend('sweep');
    expect(await prometheus.firesOnly()).toBe(true);
  });

  it('HoldfastEmergencyCleanupFailing: the dead are found and their slots are not freed', async () => {
    const { broken, gateway } = await breakable();
    const peers = await connect(
      gateway,
      Array.from({ length: 5 }, () => 'full'),
    );
    const prometheus = await watch(gateway);
    broken.breakIt('release');
    peers.freeze();
    await delay(1_500);
    await knock(gateway, 4);
    const name = 'HoldfastEmergencyCleanupFailing';
    await prometheus.until(async () => (await prometheus.firing()).has(name));
    broken.mend('release');
    expect(await prometheus.firesOnly()).toBe(true);
    expect(await prometheus.ask('sum(holdfast_sessions_active)')).toBe(0);
  });

  it('HoldfastSessionsAccumulating: nobody is pinged', async () => {
    const { broken, gateway } = await breakable();
    await connect(gateway, ['anna', 'ben', 'carla']);
    const prometheus = await watch(gateway);
    broken.breakIt('ping');
    expect(await prometheus.firesOnly('HoldfastSessionsAccumulating')).toBe(true);
    broken.mend('ping');
    expect(await prometheus.firesOnly()).toBe(true);
    expect(await prometheus.ask('sum(holdfast_sessions_active)')).toBe(3);
  });

  it('HoldfastRegistryDrift: a session loses its deadline', async () => {
    const { broken, gateway } = await breakable();
    await connect(gateway, ['anna']);
    const prometheus = await watch(gateway);
    broken.breakIt('deadline');
    expect(await prometheus.firesOnly('HoldfastRegistryDrift')).toBe(true);
    broken.mend('deadline');
    expect(await prometheus.firesOnly()).toBe(true);
  });

  it('HoldfastCountsDisagree: ends of sessions are not counted, until the process is another one', async () => {
    const { broken, gateway } = await breakable();
    const peers = await connect(gateway, ['anna']);
    const prometheus = await watch(gateway);
    broken.breakIt('uncounted');
    peers.kill();
    expect(await prometheus.firesOnly('HoldfastCountsDisagree')).toBe(true);
    broken.mend('uncounted');
    await gateway.stop();
    const next = await broken.start(['--port', String(gateway.port)]);
    undo.push(() => next.stop());
    await prometheus.until(async () => (await prometheus.ask('holdfast_sweep_up')) === 1);
    expect(await prometheus.firesOnly()).toBe(true);
  });

  it('HoldfastMemoryGrowing: the process takes 200 MB, and no more sessions are there', async () => {
    const { broken, gateway } = await breakable();
    await connect(gateway, ['anna']);
    const prometheus = await watch(gateway);
    // As long as the rule looks back.
    await delay(27_000);
    broken.breakIt('memory');
    expect(await prometheus.firesOnly('HoldfastMemoryGrowing')).toBe(true);
    broken.mend('memory');
    expect(await prometheus.firesOnly()).toBe(true);
  });

  it('HoldfastDescriptorsRunningOut: the limit is lowered to what is open', async () => {
    const { gateway } = await breakable();
    const prometheus = await watch(gateway);
    const open = await prometheus.ask('process_open_fds');
    const most = await prometheus.ask('process_max_fds');
    limitDescriptors(gateway, (open ?? 0) + 2);
    expect(await prometheus.firesOnly('HoldfastDescriptorsRunningOut')).toBe(true);
    limitDescriptors(gateway, most ?? 0);
    expect(await prometheus.firesOnly()).toBe(true);
  });

  it('HoldfastMetricsMissing: the only gateway is frozen', async () => {
    const { gateway } = await breakable();
    const prometheus = await watch(gateway);
    gateway.child.kill('SIGSTOP');
    expect(await prometheus.firesOnly('HoldfastMetricsMissing')).toBe(true);
    gateway.child.kill('SIGCONT');
    expect(await prometheus.firesOnly()).toBe(true);
  });

  it('HoldfastCreationVerySlow: the issuer takes 800 ms to hand out its keys while eight clients come', async () => {
    const pair = await makePair('first');
    const issuer = await startIssuer(pair);
    undo.push(() => issuer.close());
    const { port } = issuer.address() as AddressInfo;
    const gateway = await RunningGateway.start(['--jwks-url', `http://127.0.0.1:${port}/keys`]);
    undo.push(() => gateway.stop());
    const prometheus = await watch(gateway);
    const arrivals = await Promise.all(
      Array.from({ length: 8 }, (_, number) => arrive(gateway, pair, `user${number}`)),
    );
    expect(arrivals.every((peer) => peer.texts.length > 0)).toBe(true);
    expect(await prometheus.firesOnly('HoldfastCreationSlow', 'HoldfastCreationVerySlow')).toBe(
      true,
    );
    for (const peer of arrivals) peer.destroy();
    expect(await prometheus.firesOnly()).toBe(true);
  });
});

async function startIssuer({ jwk }: Pair): Promise<Server> {
  const server = createServer((_, response) => {
    setTimeout(() => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ keys: [jwk] }));
    }, 800);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()));
  return server;
}

async function arrive({ port }: RunningGateway, pair: Pair, user: string): Promise<RawPeer> {
  const token = await new SignJWT({ sub: user })
    .setProtectedHeader({ alg: 'ES256', kid: pair.jwk.kid ?? '' })
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(pair.privateKey);
  const peer = await RawPeer.connect({ port, path: `/ws?token=${token}` });
  await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
  return peer;
}
