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

/**
 * A fifth of all round trips fails. Of twice as much TCP itself makes silences of more than the ten seconds that a ping may
 * stay unanswered: six transmissions in a row fail for one packet in five hundred.
 */
const lossEachWay = 0.1;

/** Positions of the events it has received, in the order of their arrival. */
function offsetsOf({ words }: LossyClient): unknown[] {
  return words.flatMap(({ event }) => (event === undefined ? [] : [event]));
}

it('C4 a tenth of all packets lost in each direction, a fifth of all round trips, for a minute: a user below the limit keeps every session, and gets every event in order', async () => {
  const running = await RunningGateway.start(['--host', '0.0.0.0']);
  gateway = running;
  const lossy = new LossyLink(lossEachWay);
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
  const isDone = (client: LossyClient): boolean =>
    offsetsOf(client).length >= published ||
    client.words.some(({ closed }) => closed !== undefined);
  const endsAt = performance.now() + 60_000;
  while (!clients.every(isDone) && performance.now() < endsAt) await delay(100);

  for (const client of clients) {
    expect(client.words.filter(({ closed }) => closed !== undefined)).toEqual([]);
    expect(offsetsOf(client)).toEqual(Array.from({ length: published }, (_, place) => place + 1));
  }
  expect(lossy.packetsLost).toBeGreaterThan(published / 10);
  expect(await running.count('ann')).toBe(3);
}, 180_000);
