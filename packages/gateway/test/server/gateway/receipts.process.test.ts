import { request } from 'node:http';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Client, closeOf } from './client.ts';
import { adminToken, callApi, type House, startHouse, stopAll, tokenFor, until } from './house.ts';
import { connectFrozen } from './raw-connection.ts';

afterEach(stopAll);

const pathOf = (user: string): string => `/api/v1/users/${user}/events`;

const publish = async (
  house: House,
  query: string,
  { user = 'bob', ...about }: { user?: string; id?: string; ttl?: string } = {},
): Promise<unknown[]> => {
  const { status, body } = await callApi(house, 'POST', `${pathOf(user)}${query}`, {
    event: 'x',
    ...about,
  });
  return [status, body['offset'], body['outcome']];
};

/** How many events count as lost for this reason, by the metrics. */
async function lostBy(house: House, reason: string): Promise<number> {
  const { body } = await callApi(house, 'GET', '/metrics');
  const line = new RegExp(`^holdfast_events_lost_total\\{reason="${reason}"\\} (\\d+)$`, 'm');
  return Number(line.exec(String(body['text']))?.[1]);
}

describe('receipts over real sockets', () => {
  it('a plain client that only answers pings has the event confirmed within a round trip', async () => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob'));
    await client.ready();
    const startedAt = performance.now();
    expect(await publish(house, '?wait=10s')).toEqual([200, 1, 'delivered']);
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(await client.frame('event')).toMatchObject({ offset: 1, event: 'x' });
    client.ws.close();
  });

  it('a client that is frozen has not; one that comes back and reads it has', async () => {
    const house = await startHouse();
    const frozen = await connectFrozen(house, tokenFor('bob'));
    expect(await publish(house, '?wait=100ms', { id: 'a' })).toEqual([200, 1, 'queued']);
    frozen.destroy();
    await until(() => house.layer.count('bob') === 0);
    const waiting = publish(house, '?wait=10s', { id: 'a' });
    const back = new Client(house, tokenFor('bob'), {
      query: `?epoch=${house.layer.node}&offset=0`,
    });
    await back.ready();
    expect(await waiting).toEqual([200, 1, 'delivered']);
    back.ws.close();
  });

  it('D4 acknowledging what was not sent, or is no offset, ends the session with 4400 and settles nothing', async () => {
    const house = await startHouse();
    const hostile = ['2', '-1', '1e999', '9007199254740992', 'NaN', '"1"', 'null', ''];
    const ends = hostile.map(async (offset, at) => {
      const client = new Client(house, tokenFor(`user${at}`), { autoPong: false });
      await client.ready();
      const waiting = publish(house, '?wait=500ms', { user: `user${at}` });
      await client.frame('event');
      client.ws.send(offset === '' ? '{"type":"ack"}' : `{"type":"ack","offset":${offset}}`);
      return { offset, end: await closeOf(client), receipt: await waiting };
    });
    const end = { code: 4400, r: 'bad-frame' };
    expect(await Promise.all(ends)).toEqual(
      hostile.map((offset) => ({ offset, end, receipt: [200, 1, 'queued'] })),
    );
  });

  it('an acknowledgement confirms what it names and what is before, and nothing else', async () => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob'), { autoPong: false });
    await client.ready();
    const [first, second] = [publish(house, '?wait=10s'), publish(house, '?wait=10s')];
    await until(() => client.frames.length === 3);
    const third = publish(house, '?wait=300ms', { ttl: '200ms' });
    await until(() => client.frames.length === 4);
    client.ws.send('{"type":"ack","offset":2}');
    expect((await Promise.all([first, second])).map(([, , outcome]) => outcome)).toEqual([
      'delivered',
      'delivered',
    ]);
    expect(await third).toEqual([200, 3, 'queued']);
    client.ws.terminate();
    await until(() => house.layer.count('bob') === 0);
    expect(await publish(house, '', { ttl: '1ms' })).toEqual([202, 4, 'queued']);
    await until(() => house.lines.some(({ event }) => event === 'receiptSettled'));
    await vi.waitFor(async () => expect(await lostBy(house, 'expired')).toBe(2), 3_000);
  });

  it('I5 whoever leaves while waiting frees the place, and nothing is printed', async () => {
    const house = await startHouse();
    const asked = vi.spyOn(house.layer, 'publishAndWait');
    const [info, error] = [vi.spyOn(console, 'info'), vi.spyOn(console, 'error')];
    const asking = request(`${house.url}${pathOf('bob')}?wait=60s`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}` },
    });
    asking.on('error', () => {});
    asking.end('{"event":"x","id":"a"}');
    await until(() => house.layer.gauges().logs === 1);
    asking.destroy();
    expect(await asked.mock.results[0]?.value).toMatchObject({ outcome: 'queued' });
    const stays = publish(house, '?wait=60s', { id: 'a' });
    const client = new Client(house, tokenFor('bob'));
    await client.ready();
    expect(await stays).toEqual([200, 1, 'delivered']);
    client.ws.close();
    await stopAll();
    expect([info, error].flatMap(({ mock }) => mock.calls)).toEqual([]);
    vi.restoreAllMocks();
    expect(house.lines.filter(({ event }) => event === 'fault')).toEqual([]);
  });

  it('a gateway that stops answers everybody who waits, at once and with the truth', async () => {
    const house = await startHouse();
    const frozen = await connectFrozen(house, tokenFor('bob'));
    const waiting = [publish(house, '?wait=60s'), publish(house, '?wait=60s')];
    await until(
      () => house.layer.gauges().logs === 1 && house.layer.sessionsOf('bob')[0]?.cursor === 2,
    );
    const startedAt = performance.now();
    const stopped = house.stop();
    expect((await Promise.all(waiting)).map(([status, , outcome]) => [status, outcome])).toEqual([
      [200, 'expired'],
      [200, 'expired'],
    ]);
    // In the drain time: a client that confirms nothing is closed somewhere in it.
    expect(performance.now() - startedAt).toBeLessThan(2500);
    frozen.destroy();
    await stopped;
  });
});
