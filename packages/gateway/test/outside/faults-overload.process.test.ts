import { execFileSync } from 'node:child_process';
import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { RawPeer } from 'holdfast/testing';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { watchHonestly } from './faults-honest.ts';
import { PeerProcess } from './peer-process.ts';
import { adminToken, RunningGateway } from './running-gateway.ts';

const unhurried = ['--user-connect-rate', '100000/s', '--handshake-rate', '100000/s'];

let gateway: RunningGateway | null = null;
let live: PeerProcess | null = null;
const peers: RawPeer[] = [];

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.destroy();
  live?.kill();
  await gateway?.stop();
});

async function holdFive(running: RunningGateway): Promise<PeerProcess> {
  live = new PeerProcess();
  const url = `${running.url.replace('http', 'ws')}${running.pathFor('ann')}`;
  await live.open(Array.from({ length: 5 }, () => url));
  return live;
}

describe('a gateway out of descriptors', () => {
  /** Publishes over one connection that was made while there were descriptors left. */
  class Publisher {
    readonly #agent: Agent = new Agent({ keepAlive: true, maxSockets: 1 });
    readonly #running: RunningGateway;

    constructor(running: RunningGateway) {
      this.#running = running;
    }

    publish(): Promise<number> {
      const headers = { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' };
      const url = `${this.#running.url}/api/v1/users/ann/events`;
      return new Promise((resolve, reject) => {
        request(url, { method: 'POST', agent: this.#agent, headers }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        })
          .on('error', reject)
          .end('{"event":"tick"}');
      });
    }

    close(): void {
      this.#agent.destroy();
    }
  }

  it('C7 lives, goes on serving its sessions, and accepts again within a second of some leaving', async () => {
    const running = await RunningGateway.start(unhurried);
    gateway = running;
    execFileSync('prlimit', ['--nofile=200:200', '--pid', String(running.child.pid)]);
    const held = await holdFive(running);
    const publisher = new Publisher(running);
    expect(await publisher.publish()).toBe(202);

    const enter = async (number: number): Promise<void> => {
      const path = running.pathFor(`user ${number % 80}`);
      // Those that the kernel has taken and the gateway cannot are answered when others have left, or cut.
      const peer = await RawPeer.connect({ port: running.port, path }).catch(() => null);
      if (peer !== null) peers.push(peer);
    };
    for (let number = 0; number < 260; number += 1) void enter(number);
    await vi.waitUntil(() => running.openFiles >= 199, 5_000);
    await delay(300);
    expect(peers.filter(({ texts }) => texts.length > 0).length).toBeLessThan(200);
    for (let number = 0; number < 10; number += 1) expect(await publisher.publish()).toBe(202);
    await held.until(() => held.offsets.length === 55);
    expect(held.ends).toEqual([]);

    for (const peer of peers.splice(0)) peer.destroy();
    const leftAt = performance.now();
    let isIn = false;
    while (!isIn && performance.now() - leftAt < 1_000) {
      const peer = await RawPeer.connect({ port: running.port, path: running.pathFor('bob') });
      peers.push(peer);
      await peer.until(() => peer.texts.length > 0 || peer.isClosed);
      isIn = peer.texts.length > 0;
      if (!isIn) await delay(20);
    }
    expect(isIn).toBe(true);
    expect(running.isAlive).toBe(true);
    expect(running.errors).toBe('');
    publisher.close();
  });
});

describe('a storm of connects', () => {
  /** Connects one after another until the time is over; sessions that got in stay until then. */
  async function storm(running: RunningGateway, lane: number, endsAt: number): Promise<RawPeer[]> {
    const all: RawPeer[] = [];
    while (performance.now() < endsAt) {
      const path = paths[(lane * 7 + all.length) % paths.length] ?? '';
      const peer = await RawPeer.connect({ port: running.port, path });
      if (!peer.head.startsWith('HTTP/1.1 101')) peer.destroy();
      all.push(peer);
    }
    return all;
  }
  let paths: string[] = [];

  /**
   * The longest step of time that the layer takes for one the event loop ran through (I11), and a quarter of what a
   * session has to answer a probe: nobody whose frames come back within it can be taken for dead.
   */
  const boundMs = 250;

  it('C14 past the cap it is answered 503 with Retry-After, descriptors are bounded, and the sessions inside are served', async () => {
    const running = await RunningGateway.start([...unhurried, '--max-connections', '300']);
    gateway = running;
    paths = Array.from({ length: 100 }, (_, number) => running.pathFor(`user ${number}`));
    const held = await holdFive(running);
    let mostFiles = 0;
    const watch = setInterval(() => (mostFiles = Math.max(mostFiles, running.openFiles)), 20);
    const honest = watchHonestly(running, 'honest', 3_500);
    await delay(400);
    const endsAt = performance.now() + 3_000;
    const lanes = Array.from({ length: 64 }, (_, lane) => storm(running, lane, endsAt));
    const attempts = (await Promise.all(lanes)).flat();
    peers.push(...attempts);
    clearInterval(watch);
    const { p99, pings, closed } = await honest;

    const inside = attempts.filter(({ head }) => head.startsWith('HTTP/1.1 101'));
    const refused = attempts.filter(({ head }) => head.startsWith('HTTP/1.1 503'));
    expect(inside.length).toBeLessThanOrEqual(300);
    expect(inside.length + refused.length).toBe(attempts.length);
    expect(refused.length).toBeGreaterThan(100);
    expect(refused.filter(({ head }) => !/\r\nRetry-After: \d+\r\n/i.test(head))).toEqual([]);
    // Those that the cap lets in, those that are being answered 503 at any time, and what node itself has open.
    expect(mostFiles).toBeLessThan(300 + 64 + 64);
    expect(closed).toBeNull();
    expect(pings).toBeGreaterThan(20);
    expect(p99).toBeLessThan(boundMs);
    expect(held.ends).toEqual([]);
    expect(await running.count('ann')).toBe(5);
  });
});
