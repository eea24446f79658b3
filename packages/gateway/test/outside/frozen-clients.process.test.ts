import { setTimeout as delay } from 'node:timers/promises';
import { RawPeer } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { PeerProcess } from './peer-process.ts';
import { RunningGateway } from './running-gateway.ts';

const gateways: RunningGateway[] = [];
const processes: PeerProcess[] = [];

async function start(flags: readonly string[] = []): Promise<RunningGateway> {
  const gateway = await RunningGateway.start(flags);
  gateways.push(gateway);
  return gateway;
}

function clients(): PeerProcess {
  const process = new PeerProcess();
  processes.push(process);
  return process;
}

afterEach(async () => {
  for (const process of processes.splice(0)) process.kill();
  for (const gateway of gateways.splice(0)) await gateway.stop();
});

function urlsFor(gateway: RunningGateway, users: readonly string[], sessions: number): string[] {
  const base = gateway.url.replace('http', 'ws');
  return users.flatMap((user) =>
    Array.from({ length: sessions }, () => `${base}${gateway.pathFor(user)}`),
  );
}

async function connect(
  gateway: RunningGateway,
  user: string,
): Promise<{ peer: RawPeer; readyMs: number }> {
  const startedAt = performance.now();
  const peer = await RawPeer.connect({ port: gateway.port, path: gateway.pathFor(user) });
  await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
  return { peer, readyMs: performance.now() - startedAt };
}

function closedCauses(gateway: RunningGateway): unknown[] {
  return gateway.logs.filter(({ event }) => event === 'closed').map(({ cause }) => cause);
}

/** Sessions of a user at the limit are pinged every second, so that a frozen one is late soon. */
const watchful = ['--pressure-ping-interval', '1s'];
/** That interval, the probe timeout, and some beats. */
const lateMs = 2_500;

describe('clients stopped with SIGSTOP', () => {
  it('I3 A4 FM-42 five of a user yield to a sixth within 1.2 s, each ended once as no-pong', async () => {
    const gateway = await start();
    const frozen = clients();
    await frozen.open(urlsFor(gateway, ['ann'], 5));
    frozen.freeze();

    const { peer, readyMs } = await connect(gateway, 'ann');
    expect(peer.closeFrame).toBeNull();
    expect(readyMs).toBeLessThan(1_200);
    expect(await gateway.count('ann')).toBe(1);
    expect(closedCauses(gateway)).toEqual(Array.from({ length: 5 }, () => 'no-pong'));
    peer.destroy();
  });

  it('I3 five that are known to be late yield within 100 ms', async () => {
    const gateway = await start(watchful);
    const frozen = clients();
    await frozen.open(urlsFor(gateway, ['ann'], 5));
    frozen.freeze();
    await delay(lateMs);
    const { peer, readyMs } = await connect(gateway, 'ann');
    expect(peer.texts[0]).toContain('"ready"');
    expect(readyMs).toBeLessThan(100);
    peer.destroy();
  });

  it('I3 two hundred users at once: nobody is refused', async () => {
    const gateway = await start();
    const users = Array.from({ length: 200 }, (_, number) => `user ${number}`);
    const frozen = clients();
    await frozen.open(urlsFor(gateway, users, 5));
    frozen.freeze();

    const newcomers = await Promise.all(users.map((user) => connect(gateway, user)));
    expect(newcomers.filter(({ peer }) => peer.closeFrame !== null)).toEqual([]);
    const { body } = await gateway.ask('GET', '/api/v1/stats');
    expect(body['managers_active']).toBe(200);
    for (const { peer } of newcomers) peer.destroy();
  });

  it('I3 five reconnecting at once over five ghosts all get in', async () => {
    const gateway = await start();
    const frozen = clients();
    await frozen.open(urlsFor(gateway, ['ann'], 5));
    frozen.freeze();

    const newcomers = await Promise.all(Array.from({ length: 5 }, () => connect(gateway, 'ann')));
    expect(newcomers.map(({ peer }) => peer.closeFrame)).toEqual([null, null, null, null, null]);
    expect(Math.max(...newcomers.map(({ readyMs }) => readyMs))).toBeLessThan(1_300);
    expect(await gateway.count('ann')).toBe(5);
    for (const { peer } of newcomers) peer.destroy();
  });

  it('A4 of three frozen and two live ones only the frozen go, and the counters say so', async () => {
    const gateway = await start(watchful);
    const frozen = clients();
    await frozen.open(urlsFor(gateway, ['ann'], 3));
    const live = clients();
    await live.open(urlsFor(gateway, ['ann'], 2));
    frozen.freeze();
    await delay(lateMs);
    const { peer } = await connect(gateway, 'ann');
    expect(peer.closeFrame).toBeNull();
    expect(live.ends).toEqual([]);
    const { body } = await gateway.ask('GET', '/api/v1/stats');
    expect(body).toMatchObject({
      successful_emergency_cleanups: 1,
      managers_cleaned_up: 3,
      managers_active: 3,
    });
    peer.destroy();
  });

  it('I2 killed clients free their slots at once', async () => {
    const gateway = await start();
    const killed = clients();
    await killed.open(urlsFor(gateway, ['ann'], 5));
    killed.kill();
    const endsAt = performance.now() + 500;
    while ((await gateway.count('ann')) > 0 && performance.now() < endsAt) await delay(10);
    expect(await gateway.count('ann')).toBe(0);
  });
});

describe('a gateway that is stopped and continued', () => {
  it('I11 FM-38 B3 keeps every live session', async () => {
    const gateway = await start([
      '--ping-interval',
      '1s',
      '--ping-timeout',
      '2s',
      '--pressure-ping-interval',
      '1s',
    ]);
    const live = clients();
    await live.open(urlsFor(gateway, ['ann', 'bob', 'cleo', 'dora'], 5));
    gateway.child.kill('SIGSTOP');
    await delay(5_000);
    gateway.child.kill('SIGCONT');
    const newcomer = await connect(gateway, 'ann');
    await delay(3_000);
    expect(live.ends).toEqual([]);
    expect(newcomer.peer.closeFrame?.code).toBe(4429);
    const { body } = await gateway.ask('GET', '/api/v1/stats');
    expect(body['managers_active']).toBe(20);
    newcomer.peer.destroy();
  });
});
