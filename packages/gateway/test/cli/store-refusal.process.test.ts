import { afterEach, expect, it } from 'vitest';
import { findFreePort, RedisServer } from 'holdfast/testing';
import { endProcesses, run, secrets, start } from './command-process.ts';

let redis: RedisServer | null = null;
afterEach(async () => {
  await endProcesses();
  await redis?.close();
  redis = null;
});

it('a Redis that refuses the gateway, or an address that is none, ends it with status 2 and a line that says so', async () => {
  redis = await RedisServer.start();
  await redis.ask('CONFIG', 'SET', 'requirepass', 'right');
  const address = `redis://:canary@127.0.0.1:${redis.port}`;
  for (const [redisUrl, text] of [
    [address, 'Expected the Redis of `--redis-url` to take this client, got a refusal.'],
    ['redis://canary:x', 'Expected `--redis-url` to be redis://HOST:PORT'],
  ] as const) {
    const argv = ['serve', '--port', '0', '--redis-url', redisUrl];
    const { status, out, err } = await run(argv, { env: { ...secrets, HOLDFAST_ENV: 'test' } });
    expect([status, err.includes(text)]).toEqual([2, true]);
    expect(err + out).not.toContain('canary:x');
    expect(err + out).not.toContain(':canary@');
  }
});

it('a gateway that waits for its Redis ends with status 0 when it is told to, at once', async () => {
  const redisUrl = `redis://127.0.0.1:${await findFreePort()}`;
  const argv = ['serve', '--port', '0', '--redis-url', redisUrl];
  const gateway = start(argv, { env: { ...secrets, HOLDFAST_ENV: 'test' } });
  await gateway.shows(/"event":"listening"/);
  const startedAt = performance.now();
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended).toBe(0);
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
