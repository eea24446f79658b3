import { UsageError } from 'holdfast';
import { expect, it } from 'vitest';
import { openStore } from '../../../src/server/store/open-store.ts';

function openWrong(): unknown {
  return openStore({ url: 'redis://u:canary%@h', prefix: 'p' });
}

it.each([
  'redis://127.0.0.1:1',
  'redis://127.0.0.1:1, redis://127.0.0.1:2',
  'redis+sentinel://127.0.0.1:1,127.0.0.1:2/name',
])('%s is opened without waiting for it, and closed', async (url) => {
  const store = openStore({ url, prefix: 'p', password: 'x', sentinelPassword: 'y' });
  await expect(store.revocations()).rejects.toMatchObject({ name: 'StoreError' });
  expect(store.warnings()).toEqual([]);
  await store.close();
});

it('G11 an address that is none is told by the name of the flag, and not repeated', () => {
  expect(openWrong).toThrow(UsageError);
  expect(openWrong).toThrow('`redisUrl`');
  expect(openWrong).not.toThrow('canary');
});
