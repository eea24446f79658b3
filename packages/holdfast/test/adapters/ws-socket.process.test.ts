import { afterAll, describe, expect, it } from 'vitest';
import { socketContract } from '../../src/testing/socket-contract.ts';
import { openLoopback, wraps } from './loopback.ts';

for (const [name, wrap] of Object.entries(wraps)) {
  describe(`FM-84 every adapter keeps the promises of the socket port: ${name}`, async () => {
    const { connect, close } = await openLoopback(wrap);
    afterAll(close);
    it.each(socketContract)('$name', async ({ run }) => {
      await expect(run(connect)).resolves.toBeUndefined();
    });
  });
}
