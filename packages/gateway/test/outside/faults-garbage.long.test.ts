import { RawPeer } from 'holdfast/testing';
import { afterEach, expect, it } from 'vitest';
import { PeerProcess } from './peer-process.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;
let live: PeerProcess | null = null;

afterEach(async () => {
  live?.kill();
  await gateway?.stop();
});

it('B9 a large live heap with long collections: no session is closed, creation p99 within 100 ms', async () => {
  const preload = new URL('faults-garbage.mjs', import.meta.url).href;
  const running = await RunningGateway.start(
    [
      '--user-connect-rate',
      '100000/s',
      '--ping-interval',
      '1s',
      '--ping-timeout',
      '2s',
      '--pressure-ping-interval',
      '1s',
    ],
    { NODE_OPTIONS: `--max-old-space-size=2048 --import=${preload}` },
  );
  gateway = running;
  live = new PeerProcess();
  const base = running.url.replace('http', 'ws');
  const users = Array.from({ length: 40 }, (_, number) => `user${number}`);
  await live.open(
    users.flatMap((user) => Array.from({ length: 5 }, () => `${base}${running.pathFor(user)}`)),
  );
  const endsAt = performance.now() + 20_000;
  let created = 200;
  while (performance.now() < endsAt) {
    const peer = await RawPeer.connect({ port: running.port, path: running.pathFor('comer') });
    await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
    expect(peer.closeFrame).toBeNull();
    peer.sendClose(1000);
    await peer.until(() => peer.closeFrame !== null);
    peer.destroy();
    created += 1;
  }
  const { body } = await running.ask('GET', '/api/v1/stats');
  expect(running.errors.match(/^pause \d+$/gm)?.length ?? 0).toBeGreaterThan(3);
  expect(live.ends).toEqual([]);
  expect(body).toMatchObject({ managers_active: 200, managers_created: created });
  expect((body['creation_latency_ms'] as { p99: number }).p99).toBeLessThanOrEqual(100);
});
