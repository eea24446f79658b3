import { afterEach, describe, expect, it } from 'vitest';
import { startGateway } from '../../../src/server/gateway.ts';
import { endChild, endChildren, startChild } from './child.ts';
import { Client, closeOf } from './client.ts';
import { callApi, configOf, startHouse, stopAll, tokenFor, until } from './house.ts';
import { connectFrozen, connectRaw } from './raw-connection.ts';

afterEach(stopAll);
afterEach(endChildren);

describe('stopping', () => {
  it('tells every session when to come back, spread over the drain time', async () => {
    const house = await startHouse({ drainTimeoutMs: 4000 });
    const clients = Array.from(
      { length: 40 },
      (_, index) => new Client(house, tokenFor(`u${index}`)),
    );
    await Promise.all(clients.map((client) => client.ready()));
    const startedAt = performance.now();
    await house.stop();
    expect(performance.now() - startedAt).toBeLessThan(2000);
    const closes = await Promise.all(clients.map(closeOf));
    expect(new Set(closes.map(({ code, r }) => `${code} ${r}`))).toEqual(new Set(['1012 drain']));
    const retries = closes.map(({ retryMs = -1 }) => retryMs);
    expect(Math.min(...retries)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...retries)).toBeLessThanOrEqual(4000);
    expect(Math.max(...retries) - Math.min(...retries)).toBeGreaterThan(2000);
    expect(new Set(retries).size).toBeGreaterThan(30);
  });

  it('is not ready meanwhile, lets nobody in, and waits for nobody beyond the drain time', async () => {
    const house = await startHouse({ drainTimeoutMs: 1500 });
    const frozen = await connectFrozen(house, tokenFor('frozen'));
    await connectRaw(house);
    const startedAt = performance.now();
    const stopped = house.stop();
    expect((await callApi(house, 'GET', '/readyz')).status).toBe(503);
    const newcomer = new Client(house, tokenFor('bob'));
    expect(await closeOf(newcomer)).toMatchObject({ code: 1012, r: 'drain' });
    await stopped;
    expect(house.lines.filter(({ event }) => event === 'turnedAway')).toMatchObject([
      { reason: 'draining' },
    ]);
    expect(performance.now() - startedAt).toBeLessThan(2500);
    await expect(fetch(house.url)).rejects.toThrow('fetch failed');
    frozen.destroy();
  });

  it('is the same however often it is asked for, and leaves nothing running', async () => {
    const house = await startHouse();
    await new Client(house, tokenFor('bob')).ready();
    const first = house.stop();
    expect(house.stop()).toBe(first);
    await first;
    expect(house.lines.map(({ event }) => event).slice(-2)).toEqual(['closed', 'stopped']);
    const timers = process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap');
    await until(
      () =>
        timers.length === 0 ||
        process.getActiveResourcesInfo().every((name) => name !== 'TCPSocketWrap'),
    );
  });

  it('over the API ends the gateway, and leaves the process around it to itself', async () => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob'));
    await client.ready();
    const { status, body } = await callApi(
      house,
      'POST',
      `/api/v1/nodes/${house.layer.node}:drain`,
    );
    expect([status, body['state']]).toEqual([202, 'draining']);
    await house.stopped;
    expect(await closeOf(client)).toMatchObject({ code: 1012, r: 'drain' });
    expect(house.stop()).toBe(house.stopped);
    await expect(fetch(house.url)).rejects.toThrow('fetch failed');
    expect(house.lines.at(-1)).toMatchObject({ event: 'stopped' });
  });

  it('ends a real process with status 0', async () => {
    const child = await startChild();
    const client = new Client(child, tokenFor('bob'));
    await client.ready();
    expect(await endChild(child, 'SIGTERM')).toBe(0);
    expect(await closeOf(client)).toMatchObject({ code: 1012, r: 'drain' });
    expect(child.complaints()).toBe('');
    expect(child.lines.at(-1)).toContain('"event":"stopped"');
  });
});

describe('starting', () => {
  it('on an address in use rejects, and leaves nothing running', async () => {
    const house = await startHouse();
    const config = configOf({ port: house.port });
    const lines: string[] = [];
    const logDestination = { write: (line: string): void => void lines.push(line) };
    await expect(startGateway({ config, logDestination })).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
    expect(lines.join('')).not.toContain('"event":"fault"');
  });

  it('FM-49 with settings that contradict each other names both', async () => {
    const config = configOf({ probeTimeoutMs: 60_000 });
    await expect(startGateway({ config })).rejects.toMatchObject({
      code: 'contradicting-options',
      options: ['probeTimeoutMs', 'pingTimeoutMs'],
    });
  });
});
