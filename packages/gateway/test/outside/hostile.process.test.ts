import { setTimeout as delay } from 'node:timers/promises';
import { opcodes, RawPeer } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { attackFor } from './attackers.ts';
import { resetHandshakes } from './handshake-resets.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;

afterEach(async () => {
  await gateway?.stop();
});

/** Round trips of an honest client, in milliseconds, sorted. */
async function roundTrips(running: RunningGateway, ms: number): Promise<number[]> {
  const peer = await RawPeer.connect({ port: running.port, path: running.pathFor('honest') });
  await peer.until(() => peer.texts.length === 1);
  const times: number[] = [];
  const endsAt = performance.now() + ms;
  while (performance.now() < endsAt) {
    const seen = peer.texts.length;
    const startedAt = performance.now();
    peer.send(opcodes.text, '{"type":"ping"}');
    await peer.until(() => peer.texts.length > seen);
    times.push(performance.now() - startedAt);
    await delay(25);
  }
  peer.destroy();
  return times.toSorted((one, other) => one - other);
}

describe('hostile clients', () => {
  it('C5 two thousand resets during the handshake: the process lives and its descriptors are back at the baseline', async () => {
    gateway = await RunningGateway.start(['--handshake-rate', '100000/s']);
    const { before, after } = await resetHandshakes(gateway, 2_000);
    expect(gateway.isAlive).toBe(true);
    expect(after).toBeLessThanOrEqual(before);
    expect(await gateway.count('ann')).toBe(0);
  });

  it('G10 I12 fifty attackers cost at most 64 MB, and an honest client is served on', async () => {
    gateway = await RunningGateway.start(['--handshake-rate', '100000/s']);
    await roundTrips(gateway, 500);
    const before = gateway.residentBytes;
    const attack = attackFor(gateway, 4_000);
    let most = 0;
    const watch = setInterval(() => (most = Math.max(most, gateway?.residentBytes ?? 0)), 50);
    const times = await roundTrips(gateway, 3_500);
    await attack;
    clearInterval(watch);
    expect(gateway.isAlive).toBe(true);
    expect(most - before).toBeLessThan(64 * 1024 * 1024);
    expect(times.length).toBeGreaterThan(20);
    const { body } = await gateway.ask('GET', '/healthz');
    expect(body['status']).not.toBe('failed');
  });
});
