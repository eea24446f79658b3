import { setTimeout as delay } from 'node:timers/promises';
import { RawPeer } from 'holdfast/testing';
import { afterEach, expect, it } from 'vitest';
import { breakEverySeventhWrite } from './faults-broken-writes.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;
const peers: RawPeer[] = [];

afterEach(async () => {
  for (const peer of peers.splice(0)) peer.destroy();
  await gateway?.stop();
});

it('C8 every seventh write fails with EPIPE: those sockets close and no others, the counts are exact, and the loss of its log ends nothing', async () => {
  const running = await RunningGateway.start();
  gateway = running;
  const users = Array.from({ length: 40 }, (_, number) => `user${number}`);
  for (const user of users) {
    for (let number = 0; number < 5; number += 1) {
      const peer = await RawPeer.connect({ port: running.port, path: running.pathFor(user) });
      await peer.until(() => peer.texts.length === 1);
      peers.push(peer);
    }
  }
  const broken = await breakEverySeventhWrite(running.child);
  const rounds = 5;
  for (let round = 0; round < rounds; round += 1) {
    for (const user of users) {
      const { status } = await running.ask('POST', `/api/v1/users/${user}/events`, { event: 'x' });
      expect(status).toBe(202);
    }
  }
  await delay(1_000);
  const hit = await broken.end();

  // Descriptor 1 is the log; all others that were open are sessions.
  const sockets = hit.filter((descriptor) => descriptor > 2);
  const ended = peers.filter((peer) => peer.isClosed || peer.socket.readableEnded);
  expect(sockets.length).toBeGreaterThan(50);
  expect(new Set(sockets).size).toBe(sockets.length);
  expect(hit).toContain(1);
  expect(ended).toHaveLength(sockets.length);
  const { body: stats } = await running.ask('GET', '/api/v1/stats');
  const { body: list } = await running.ask('GET', '/api/v1/sessions?limit=1000');
  expect(stats['managers_active']).toBe(200 - sockets.length);
  expect(list['count']).toBe(200 - sockets.length);
  const untouched = peers.filter((peer) => !ended.includes(peer));
  expect(new Set(untouched.map(({ texts }) => texts.length))).toEqual(new Set([1 + rounds]));
  expect(running.isAlive).toBe(true);
  expect(running.errors).toBe('');
});
