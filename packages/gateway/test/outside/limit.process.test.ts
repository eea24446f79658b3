import { setTimeout as delay } from 'node:timers/promises';
import { opcodes, RawPeer } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { PeerProcess } from './peer-process.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;
const processes: PeerProcess[] = [];

async function start(flags: readonly string[] = []): Promise<RunningGateway> {
  gateway = await RunningGateway.start(flags);
  return gateway;
}

afterEach(async () => {
  for (const process of processes.splice(0)) process.kill();
  await gateway?.stop();
});

const unhurried = ['--user-connect-rate', '100000/s'];

describe('one user', () => {
  it('FM-01 I1 connects and closes 2,000 times over real sockets: no refusal, no pressure reap, count 0 after each', async () => {
    const running = await start(unhurried);
    const path = running.pathFor('ann');
    const counts: number[] = [];
    for (let round = 0; round < 2_000; round += 1) {
      const peer = await RawPeer.connect({ port: running.port, path });
      await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
      expect(peer.closeFrame).toBeNull();
      peer.sendClose(1000);
      await peer.until(() => peer.closeFrame !== null);
      peer.destroy();
      if (round % 100 === 0) counts.push(await running.count('ann'));
    }
    expect(new Set(counts)).toEqual(new Set([0]));
    const { body } = await running.ask('GET', '/api/v1/stats');
    expect(body).toMatchObject({
      emergency_cleanup_triggers: 0,
      resource_limit_hits: 0,
      managers_active: 0,
      managers_created: 2_000,
    });
  });

  it('I3 frees its slot with a close frame though TCP stays open', async () => {
    const running = await start();
    const peers = await Promise.all(
      Array.from({ length: 5 }, () =>
        RawPeer.connect({ port: running.port, path: running.pathFor('ann') }),
      ),
    );
    for (const peer of peers) peer.sendClose(1000);
    await Promise.all(peers.map((peer) => peer.until(() => peer.closeFrame !== null)));
    expect(await running.count('ann')).toBe(0);
    for (const peer of peers) peer.destroy();
  });

  it('I2 FM-24 FM-29 with five live sessions is refused a thousand times, and none of the five is touched', async () => {
    const running = await start();
    const live = new PeerProcess();
    processes.push(live);
    const url = `${running.url.replace('http', 'ws')}${running.pathFor('ann')}`;
    await live.open(Array.from({ length: 5 }, () => url));
    const before = running.residentBytes;
    const ends: string[] = [];
    for (let batch = 0; batch < 50; batch += 1) {
      const attempts = await Promise.all(
        Array.from({ length: 20 }, () =>
          RawPeer.connect({ port: running.port, path: running.pathFor('ann') }),
        ),
      );
      await Promise.all(attempts.map((peer) => peer.until(() => peer.closeFrame !== null)));
      for (const peer of attempts) {
        ends.push(`${peer.closeFrame?.code} ${peer.closeFrame?.reason.replace(/\d+/, 'n')}`);
        peer.destroy();
      }
    }
    expect(ends).toHaveLength(1_000);
    const allowed = ['4429 {"r":"user-limit"}', '4429 {"r":"rate","retryMs":n}'];
    expect(ends.filter((end) => !allowed.includes(end))).toEqual([]);
    expect(live.ends).toEqual([]);
    expect(await running.count('ann')).toBe(5);
    expect(running.residentBytes - before).toBeLessThan(64 * 1024 * 1024);
  });

  it('A12 has a limit that can be lowered and raised while it runs', async () => {
    const running = await start();
    const live = await Promise.all(
      Array.from({ length: 5 }, () =>
        RawPeer.connect({ port: running.port, path: running.pathFor('ann') }),
      ),
    );
    await running.ask('PUT', '/api/v1/users/ann/limit', { limit: 3 });
    expect(await running.count('ann')).toBe(5);
    const refused = await RawPeer.connect({ port: running.port, path: running.pathFor('ann') });
    await refused.until(() => refused.closeFrame !== null);
    expect(refused.closeFrame?.code).toBe(4429);
    await running.ask('PUT', '/api/v1/users/ann/limit', { limit: 6 });
    const sixth = await RawPeer.connect({ port: running.port, path: running.pathFor('ann') });
    await sixth.until(() => sixth.texts.length > 0);
    expect(await running.count('ann')).toBe(6);
    for (const peer of [...live, refused, sixth]) peer.destroy();
  });
});

describe('fifty users with five sessions each', () => {
  it('I1 FM-71 stay while events flow, sweeps and reaps run: creation p99 under 100 ms, and the stats equal a recount', async () => {
    const running = await start([...unhurried, '--cleanup-interval', '500ms']);
    const users = Array.from({ length: 50 }, (_, number) => `user${number}`);
    const live = new PeerProcess();
    processes.push(live);
    const base = running.url.replace('http', 'ws');
    await live.open(
      users.flatMap((user) => Array.from({ length: 5 }, () => `${base}${running.pathFor(user)}`)),
    );
    const published = 20;
    for (let round = 0; round < published; round += 1) {
      await Promise.all(
        users.map((user) =>
          running.ask('POST', `/api/v1/users/${user}/events`, { event: 'tick', data: round }),
        ),
      );
      await running.ask('POST', '/api/v1/sessions:reap');
      const { body } = await running.ask('GET', '/api/v1/stats');
      const { body: list } = await running.ask('GET', '/api/v1/sessions?limit=1000');
      expect(body['managers_active']).toBe(250);
      expect(list['count']).toBe(250);
    }
    await live.until(() => live.offsets.length === published * 250);
    const { body } = await running.ask('GET', '/api/v1/stats');
    const latency = body['creation_latency_ms'] as { p99: number };
    expect(latency.p99).toBeLessThan(100);
    expect(body).toMatchObject({
      users_at_manager_limit: 50,
      average_managers_per_user: 5,
      max_concurrent_managers: 250,
    });
    expect(live.ends).toEqual([]);
  });
});

describe('a live but slow client', () => {
  it('I2 that takes 400 ms to answer is not called dead by a newcomer', async () => {
    const running = await start();
    const slow = await Promise.all(
      Array.from({ length: 5 }, () =>
        RawPeer.connect({ port: running.port, path: running.pathFor('ann'), answersPings: false }),
      ),
    );
    for (const peer of slow) {
      let answered = 0;
      const answer = setInterval(() => {
        const pings = peer.frames.filter(({ opcode }) => opcode === opcodes.ping);
        for (const ping of pings.slice(answered))
          setTimeout(() => peer.send(opcodes.pong, ping.payload), 400);
        answered = pings.length;
      }, 10);
      peer.socket.once('close', () => clearInterval(answer));
    }
    await delay(1_100);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const newcomer = await RawPeer.connect({ port: running.port, path: running.pathFor('ann') });
      await newcomer.until(() => newcomer.closeFrame !== null);
      expect(newcomer.closeFrame).toEqual({ code: 4429, reason: '{"r":"user-limit"}' });
      newcomer.destroy();
    }
    expect(await running.count('ann')).toBe(5);
    for (const peer of slow) peer.destroy();
  });
});
