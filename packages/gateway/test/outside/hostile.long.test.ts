import { afterEach, expect, it } from 'vitest';
import { resetHandshakes } from './handshake-resets.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;

afterEach(async () => {
  await gateway?.stop();
});

it('C5 ten thousand resets during the handshake: the process lives and its descriptors are back at the baseline', async () => {
  gateway = await RunningGateway.start(['--handshake-rate', '100000/s']);
  const { before, after } = await resetHandshakes(gateway, 10_000);
  expect(gateway.isAlive).toBe(true);
  expect(after).toBeLessThanOrEqual(before);
});
