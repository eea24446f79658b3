import { afterEach, expect, it } from 'vitest';
import { type CpuQuota, limitCpu } from '../../src/proof/processes/cpu-quota.ts';
import { PeerProcess } from './peer-process.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;
let live: PeerProcess | null = null;
let quota: CpuQuota | null = null;

afterEach(async () => {
  quota?.release();
  live?.kill();
  await gateway?.stop();
});

it('B7 I11 a fifth of a processor, two hundred live sessions and more work than fits: none is closed, no event is lost', async () => {
  const running = await RunningGateway.start([
    '--ping-interval',
    '1s',
    '--ping-timeout',
    '2s',
    '--pressure-ping-interval',
    '1s',
  ]);
  gateway = running;
  const held = new PeerProcess();
  live = held;
  const users = Array.from({ length: 40 }, (_, number) => `user${number}`);
  const base = running.url.replace('http', 'ws');
  await held.open(
    users.flatMap((user) => Array.from({ length: 5 }, () => `${base}${running.pathFor(user)}`)),
  );

  quota = limitCpu(running.child.pid ?? 0, 0.2);
  const endsAt = performance.now() + 7_000;
  let published = 0;
  const publish = async (lane: number): Promise<void> => {
    for (let number = lane; performance.now() < endsAt; number += 1) {
      const user = users[number % users.length] ?? '';
      const { status } = await running.ask('POST', `/api/v1/users/${user}/events`, { event: 'x' });
      expect(status).toBe(202);
      published += 1;
    }
  };
  await Promise.all([0, 10, 20, 30].map((lane) => publish(lane)));
  expect(quota.timesThrottled).toBeGreaterThan(20);
  await held.until(() => held.offsets.length >= published * 5);
  expect(held.offsets).toHaveLength(published * 5);
  expect(held.ends).toEqual([]);
  expect((await running.ask('GET', '/api/v1/stats')).body['managers_active']).toBe(200);
});
