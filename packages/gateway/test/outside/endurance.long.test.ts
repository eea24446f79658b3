import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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

async function holdSessions(running: RunningGateway): Promise<PeerProcess> {
  live = new PeerProcess();
  const base = running.url.replace('http', 'ws');
  const users = ['ann', 'bob', 'cleo', 'dora'];
  await live.open(
    users.flatMap((user) => Array.from({ length: 5 }, () => `${base}${running.pathFor(user)}`)),
  );
  return live;
}

it('I11 FM-38 a gateway stopped for thirty seconds and continued keeps every live session', async () => {
  gateway = await RunningGateway.start();
  const held = await holdSessions(gateway);
  gateway.child.kill('SIGSTOP');
  await delay(30_000);
  gateway.child.kill('SIGCONT');
  await delay(15_000);
  expect(held.ends).toEqual([]);
  expect((await gateway.ask('GET', '/api/v1/stats')).body['managers_active']).toBe(20);
});

it('I11 FM-38 the wall clock set forward and back an hour ends nobody', async () => {
  const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1';
  if (!existsSync(library)) throw new Error('Missing libfaketime: apt-get install libfaketime');
  const offset = path.join(mkdtempSync(path.join(tmpdir(), 'wall-clock-')), 'offset');
  writeFileSync(offset, '+0\n');
  gateway = await RunningGateway.start(
    ['--ping-interval', '1s', '--ping-timeout', '2s', '--pressure-ping-interval', '1s'],
    {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: offset,
      FAKETIME_NO_CACHE: '1',
      DONT_FAKE_MONOTONIC: '1',
    },
  );
  const held = await holdSessions(gateway);
  for (const step of ['+3600\n', '-3600\n', '+0\n']) {
    writeFileSync(offset, step);
    await delay(5_000);
  }
  expect(held.ends).toEqual([]);
  expect((await gateway.ask('GET', '/api/v1/stats')).body['managers_active']).toBe(20);
});

it('FM-01 I1 ten thousand reloads of one user over real sockets: no refusal, count 0 at the end', async () => {
  gateway = await RunningGateway.start(['--user-connect-rate', '100000/s']);
  const where = gateway.pathFor('ann');
  for (let round = 0; round < 10_000; round += 1) {
    const peer = await RawPeer.connect({ port: gateway.port, path: where });
    await peer.until(() => peer.texts.length > 0 || peer.closeFrame !== null);
    expect(peer.closeFrame).toBeNull();
    peer.sendClose(1000);
    await peer.until(() => peer.closeFrame !== null);
    peer.destroy();
  }
  const { body } = await gateway.ask('GET', '/api/v1/stats');
  expect(body).toMatchObject({
    emergency_cleanup_triggers: 0,
    resource_limit_hits: 0,
    managers_created: 10_000,
  });
  expect(await gateway.count('ann')).toBe(0);
});
