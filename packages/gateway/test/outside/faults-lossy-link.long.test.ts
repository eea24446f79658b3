import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { type LossyClient, LossyLink, takeAwayLink } from './faults-lossy-link.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway | null = null;
let link: LossyLink | null = null;

afterEach(async () => {
  link?.close();
  takeAwayLink();
  await gateway?.stop();
});

it('C4 a fifth of all packets lost in each direction for a minute: a user below the limit keeps every session, and gets every event in order', async () => {
  const running = await RunningGateway.start([
    ...['--host', '0.0.0.0'],
    ...['--ping-interval', '5s', '--pressure-ping-interval', '5s'],
  ]);
  gateway = running;
  const lossy = new LossyLink(0.2);
  link = lossy;
  const url = `ws://${lossy.address}:${running.port}${running.pathFor('ann')}`;
  const clients = [lossy.connect(url), lossy.connect(url), lossy.connect(url)];
  await vi.waitUntil(
    () => clients.every(({ words }) => words.some(({ ready }) => ready === 1)),
    30_000,
  );

  const published = 600;
  for (let number = 1; number <= published; number += 1) {
    const { status } = await running.ask('POST', '/api/v1/users/ann/events', { event: 'tick' });
    expect(status).toBe(202);
    await delay(95);
  }
  const offsets = ({ words }: LossyClient): unknown[] =>
    words.flatMap(({ event }) => (event === undefined ? [] : [event]));
  await vi.waitUntil(() => clients.every((client) => offsets(client).length >= published), 30_000);

  for (const client of clients) {
    expect(client.words.filter(({ closed }) => closed !== undefined)).toEqual([]);
    expect(offsets(client)).toEqual(Array.from({ length: published }, (_, place) => place + 1));
  }
  expect(lossy.packetsLost).toBeGreaterThan(published / 10);
  expect(await running.count('ann')).toBe(3);
}, 180_000);
