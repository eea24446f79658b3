import { afterAll, describe, expect, it } from 'vitest';
import { socketContract } from '../../src/testing/socket-contract.ts';
import { openLoopback, ways } from './loopback.ts';

for (const [name, way] of Object.entries(ways)) {
  describe(`FM-84 every adapter keeps the promises of the socket port: ${name}`, async () => {
    const { connect, close } = await openLoopback(way);
    afterAll(close);
    it.each(socketContract)('$name', async ({ run }) => {
      await expect(run(connect)).resolves.toBeUndefined();
    });
  });
}
