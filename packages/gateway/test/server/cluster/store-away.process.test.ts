import { afterEach, describe, expect, it } from 'vitest';
import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import { startGateway } from '../../../src/server/gateway.ts';
import { findFreePort, RedisServer } from 'holdfast/testing';
import { Client } from '../gateway/client.ts';
import { callApi, configOf, type House, startHouse, tokenFor, until } from '../gateway/house.ts';
import {
  call,
  clientOf,
  dataOf,
  endCluster,
  eventually,
  knows,
  outcomeOf,
  startCluster,
  startStore,
} from './cluster-house.ts';

let late: RedisServer | null = null;
afterEach(async () => {
  await endCluster();
  await late?.close();
  late = null;
});

async function healthOf({ url }: Pick<House, 'url'>): Promise<Record<string, unknown>> {
  return (await (await fetch(`${url}/healthz`)).json()) as Record<string, unknown>;
}

async function statusOf({ url }: Pick<House, 'url'>, path: string): Promise<number> {
  return (await fetch(`${url}${path}`)).status;
}

async function metricOf({ url }: Pick<House, 'url'>, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
}

function placesOf(health: Record<string, unknown>): unknown[] {
  return (health['faults'] as { where: string }[]).map(({ where }) => where);
}

/** A gateway whose store is not there yet: it has no sessions, so it is no `House`. */
async function startWaiting(settings: Partial<ServeConfig>): Promise<{
  url: string;
  wsUrl: string;
  stop: () => Promise<void>;
  lines: Record<string, unknown>[];
}> {
  const lines: Record<string, unknown>[] = [];
  const logDestination = {
    write: (line: string): void => void lines.push(JSON.parse(line) as Record<string, unknown>),
  };
  const config = configOf({ drainTimeoutMs: 2000, ...settings });
  const gateway = await startGateway({ config, logDestination });
  return { url: gateway.url, wsUrl: gateway.wsUrl, stop: () => gateway.stop(), lines };
}

describe('a gateway whose store is not there at the start', () => {
  it('says so, lets nobody in, and goes on by itself when it is there', async () => {
    const port = await findFreePort();
    const redisUrl = `redis://127.0.0.1:${port}`;
    const gateway = await startWaiting({ redisUrl, redisPassword: 'canary' });
    expect(placesOf(await healthOf(gateway))).toEqual(['store']);
    expect((await healthOf(gateway))['status']).toBe('degraded');
    for (const path of ['/readyz', '/api/v1/stats', '/'])
      expect([path, await statusOf(gateway, path)]).toEqual([path, 503]);
    expect(await metricOf(gateway, 'holdfast_store_up')).toBe(0);
    const early = new Client(gateway, tokenFor('early'));
    const refused = await new Promise((resolve) => {
      early.ws.on('unexpected-response', (_request, { statusCode }) => resolve(statusCode));
    });
    expect(refused).toBe(503);
    late = await RedisServer.start({ port });
    await late.ask('CONFIG', 'SET', 'requirepass', 'canary');
    await eventually(async () => (await statusOf(gateway, '/readyz')) === 200);
    expect(await outcomeOf(new Client(gateway, tokenFor('early')))).toBe('ready');
    expect(await healthOf(gateway)).toMatchObject({ status: 'ok', faults: [] });
    expect(await metricOf(gateway, 'holdfast_store_up')).toBe(1);
    const events = gateway.lines.map(({ event }) => event);
    expect(events.slice(0, 2)).toEqual(['fault', 'storeMissing']);
    expect(events).toContain('joined');
    expect(JSON.stringify(gateway.lines)).not.toContain('canary');
    await gateway.stop();
  });

  it('stops at once when it is told to', async () => {
    const gateway = await startWaiting({ redisUrl: `redis://127.0.0.1:${await findFreePort()}` });
    const startedAt = performance.now();
    await gateway.stop();
    expect(performance.now() - startedAt).toBeLessThan(1500);
    await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
    expect(gateway.lines.at(-1)).toMatchObject({ event: 'stopped' });
  });

  it('does not start where the store refuses it, and leaves nothing running', async () => {
    const redis = await startStore();
    await redis.ask('CONFIG', 'SET', 'requirepass', 'right');
    const config = configOf({ redisUrl: redis.url.replace('//', '//:canary@') });
    const logDestination = { write: (): void => {} };
    const failure = startGateway({ config, logDestination });
    await expect(failure).rejects.toMatchObject({ name: 'StoreError', kind: 'refused' });
    await expect(failure).rejects.not.toThrow('canary');
  });

  it('E9 warns, in its log and in its health, of a Redis that may drop what nodes share', async () => {
    const redis = await startStore();
    await redis.ask('CONFIG', 'SET', 'maxmemory', '100mb');
    await redis.ask('CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru');
    const house = await startHouse({ redisUrl: redis.url });
    await eventually(async () => placesOf(await healthOf(house)).includes('store-settings'));
    const { error } = ((await healthOf(house))['faults'] as { error: string }[])[0] ?? {};
    expect(error).toContain('maxmemory-policy');
    expect(house.lines.some(({ event }) => event === 'storeSettings')).toBe(true);
  });
});

describe('the store is killed under sessions, and started again', () => {
  it('E8 local: they go on, newcomers get in, nothing drifts afterwards', async () => {
    const { redis, houses } = await startCluster(2);
    const [one, two] = houses as [House, House];
    const old = [clientOf(one, 'u'), clientOf(two, 'u')];
    await Promise.all(old.map((client) => client.ready()));
    await redis.kill();
    const refused = await callApi(one, 'POST', '/api/v1/users/u/events', { event: 'x' });
    expect([refused.status, refused.body['code']]).toEqual([503, 'store-unavailable']);
    expect(refused.headers.get('retry-after')).toBe('1');
    await until(() => one.lines.some(({ event }) => event === 'storeAway'));
    expect(await healthOf(one)).toMatchObject({ status: 'degraded' });
    expect(placesOf(await healthOf(one))).toContain('store');
    expect(await statusOf(one, '/readyz')).toBe(200);
    expect(await metricOf(one, 'holdfast_store_up')).toBe(0);
    const meanwhile = clientOf(one, 'u');
    expect(await outcomeOf(meanwhile)).toBe('ready');
    expect(meanwhile.readyMs).toBeLessThan(1000);
    await redis.restart();
    await eventually(async () => (await healthOf(one))['status'] === 'ok');
    await Promise.all([knows(one, 2), knows(two, 2)]);
    await eventually(async () => {
      const { count } = await call(two, 'GET', '/users/u/sessions');
      const drifts = await Promise.all(
        houses.map((house) => metricOf(house, 'holdfast_registry_drift')),
      );
      return count === 3 && drifts.every((drift) => drift === 0);
    });
    await call(two, 'POST', '/users/u/events', { event: 'n', data: 'after' });
    for (const client of [...old, meanwhile]) await until(() => dataOf(client).includes('after'));
    expect(one.lines.map(({ event }) => event)).toContain('storeBack');
  });

  it('refuse: newcomers are told when to come back, and the gateway is not ready meanwhile', async () => {
    const { redis, houses } = await startCluster(1, { onStoreFailure: 'refuse' });
    const [house] = houses as [House];
    const old = clientOf(house, 'u');
    await old.ready();
    redis.freeze();
    const refused = await outcomeOf(clientOf(house, 'u'));
    expect(refused).toMatch(/^1013 \{"r":"overload","retryMs":\d+\}$/);
    await until(() => house.lines.some(({ event }) => event === 'storeAway'));
    const ready = await fetch(`${house.url}/readyz`);
    expect(await ready.json()).toMatchObject({ status: 503, code: 'store-unavailable' });
    redis.thaw();
    await eventually(async () => (await statusOf(house, '/readyz')) === 200);
    expect(await outcomeOf(clientOf(house, 'u'))).toBe('ready');
    expect(old.ws.readyState).toBe(old.ws.OPEN);
  });

  it('a gateway that stops meanwhile ends within its drain time', async () => {
    const { redis, houses } = await startCluster(1);
    const [house] = houses as [House];
    const client = clientOf(house, 'u');
    await client.ready();
    redis.freeze();
    const startedAt = performance.now();
    await house.stop();
    expect(performance.now() - startedAt).toBeLessThan(3000);
    expect(await client.closed).toMatchObject({ code: 1012 });
    redis.thaw();
  });
});
