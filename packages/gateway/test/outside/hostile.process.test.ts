import { afterEach, describe, expect, it } from 'vitest';
import { Arena } from './attackers.ts';
import { resetHandshakes } from './handshake-resets.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;

afterEach(async () => {
  await gateway?.stop();
});

describe('hostile clients', () => {
  it('C5 two thousand resets during the handshake: the process lives and its descriptors are back at the baseline', async () => {
    gateway = await RunningGateway.start(['--handshake-rate', '100000/s']);
    const { before, after } = await resetHandshakes(gateway, 2_000);
    expect(gateway.isAlive).toBe(true);
    expect(after).toBeLessThanOrEqual(before);
    expect(await gateway.count('ann')).toBe(0);
  });

  it('G10 I12 fifty attackers cost a gateway that is at work at most 64 MB, and honest clients are served on', async () => {
    gateway = await RunningGateway.start();
    const arena = new Arena(gateway);
    const usual = await arena.watch('peaceful', 1_500);
    const attacked = await arena.watch('mixture', 3_000);
    expect(gateway.isAlive).toBe(true);
    expect(attacked.residentBytes - usual.residentBytes).toBeLessThan(64 * 1024 * 1024);
    expect(attacked.asked).toBeGreaterThan(200);
    expect(attacked.closed).toBe(0);
    const { body } = await gateway.ask('GET', '/healthz');
    expect(body['status']).not.toBe('failed');
  });
});
