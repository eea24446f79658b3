import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Verdict } from '../../src/adapters/ws.ts';
import { type Client, createClient } from '../../src/client/index.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { closeHouses, openHouse, until } from '../adapters/upgrade-house.ts';
import { FaultProxy } from '../../src/testing/index.ts';

/** Lets everybody in, with what they bring back. */
function decide({ url = '/' }: IncomingMessage): Verdict {
  const { searchParams } = new URL(url, 'http://gateway.test');
  const brought = Object.fromEntries(searchParams);
  const { resume: ticket = '', epoch = '', offset = '0' } = brought;
  const resume = 'resume' in brought ? { ticket, epoch, offset: Number(offset) } : {};
  return { kind: 'open', request: { userId: 'u', resume } };
}

const proxies: FaultProxy[] = [];
const clients: Client[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const proxy of proxies.splice(0)) await proxy.close();
  await closeHouses();
});

function clientBehind(port: number): Client {
  const client = createClient({
    url: `ws://127.0.0.1:${port}/ws`,
    WebSocket,
    backoff: { maxMs: 500 },
  });
  clients.push(client);
  return client;
}

async function proxyBefore(port: number): Promise<FaultProxy> {
  const proxy = await FaultProxy.start({ targetPort: port });
  proxies.push(proxy);
  return proxy;
}

it('I4 a client that is cut again and again gets each event once, in order, and no gap', async () => {
  const house = await openHouse(decide, { options: { userConnectRate: null } });
  const proxy = await proxyBefore(house.port);
  const client = clientBehind(proxy.port);
  const got: number[] = [];
  const gaps: unknown[] = [];
  client.on('event', ({ data }) => void got.push(data as number));
  client.on('gap', (gap) => void gaps.push(gap));
  client.connect();
  await until(() => client.state === 'open');
  let cuts = 0;
  let published = 0;
  while (cuts < 8) {
    for (let burst = 0; burst < 10; burst += 1)
      house.layer.publish('u', { event: 'n', data: (published += 1) });
    await delay(10);
    if (client.state === 'open' && Math.random() < 0.3 && proxy.links.length > 0) {
      proxy.reset();
      cuts += 1;
    }
  }
  await until(() => got.length === published, 30_000);
  expect(got).toEqual(Array.from({ length: published }, (_, index) => index + 1));
  expect(gaps).toEqual([]);
  await until(() => house.layer.sessionsOf('u').length === 1);
});

it('D10 messages are taken once each, however often the connection breaks', async () => {
  const taken: unknown[] = [];
  const layer = new SessionLayer(
    { userConnectRate: null },
    { hooks: { onMessage: (_session, { data }) => void taken.push(data) } },
  );
  const house = await openHouse(decide, { more: { layer } });
  const proxy = await proxyBefore(house.port);
  const client = clientBehind(proxy.port);
  client.connect();
  const sent = Array.from({ length: 60 }, (_, index) => client.send(index));
  const cutting = setInterval(() => proxy.reset(), 150);
  try {
    await Promise.all(sent);
  } finally {
    clearInterval(cutting);
    await layer.shutdown();
  }
  expect(taken).toEqual(Array.from({ length: 60 }, (_, index) => index));
});
