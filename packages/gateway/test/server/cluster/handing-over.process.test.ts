import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import type { Client } from '../gateway/client.ts';
import { callApi, type House, tokenFor, until } from '../gateway/house.ts';
import { connectFrozen } from '../gateway/raw-connection.ts';
import { TestApplication } from '../webhooks/test-application.ts';
import {
  call,
  clientOf,
  dataOf,
  endCluster,
  eventually,
  knows,
  memoryOf,
  outcomeOf,
  startCluster,
} from './cluster-house.ts';

afterAll(endCluster);

/** Told to go, a client comes back at this node when it was told to. */
async function returnTo(house: House, client: Client): Promise<Client> {
  const { reconnectInMs, ticket } = await client.frame('drain');
  expect(await client.closed).toMatchObject({ code: 1012 });
  const memory = { ...(await memoryOf(client)), resume: String(ticket) };
  await delay(Number(reconnectInMs));
  return clientOf(house, 'full', memory);
}

it('I3 a node is let go at 5 of 5: its clients get in elsewhere, nobody else does, and nothing is missed', async () => {
  const { houses } = await startCluster(3, { drainTimeoutMs: 900 });
  const [one, two, three] = houses as [House, House, House];
  const staying = [two, two, three].map((house) => clientOf(house, 'full'));
  const leaving = [one, one].map((house) => clientOf(house, 'full'));
  await Promise.all([...staying, ...leaving].map((client) => client.ready()));
  const answer = await callApi(two, 'POST', `/api/v1/nodes/${one.layer.node}:drain`);
  expect([answer.status, answer.body]).toEqual([
    202,
    expect.objectContaining({ name: one.layer.node, state: 'draining', sessions: 2 }),
  ]);
  const coming = leaving.map((client, index) => returnTo(index === 0 ? two : three, client));
  await call(three, 'POST', '/users/full/events', { event: 'n', data: 'meanwhile' });
  expect(await outcomeOf(clientOf(three, 'full'))).toMatch(/^4429 /);
  const back = await Promise.all(coming);
  expect(await Promise.all(back.map(outcomeOf))).toEqual(['ready', 'ready']);
  const { count } = await call(two, 'GET', '/users/full/sessions');
  expect(count).toBe(5);
  for (const client of staying) await eventually(async () => dataOf(client).includes('meanwhile'));
  for (const [index, client] of back.entries()) {
    const got = (): unknown[] => [...dataOf(leaving[index]!), ...dataOf(client)];
    await eventually(async () => got().length > 0);
    expect(got()).toEqual(['meanwhile']);
  }
  await one.stopped;
  await knows(two, 2);
  const unknown = await callApi(two, 'POST', `/api/v1/nodes/${one.layer.node}:drain`);
  expect([unknown.status, unknown.body['code']]).toEqual([404, 'unknown-node']);
  for (const { ws } of [...staying, ...back]) ws.terminate();
});

it('with --on-limit ask a newcomer takes the place of a session on another node', async () => {
  const { houses } = await startCluster(2, { onLimit: 'ask', maxSessionsPerUser: 1 });
  const [one, two] = houses as [House, House];
  const old = clientOf(one, 'asked');
  const { session } = await old.ready();
  const newcomer = clientOf(two, 'asked');
  const { sessions } = await newcomer.frame('limit');
  expect(sessions).toMatchObject([{ session }]);
  newcomer.ws.send(JSON.stringify({ type: 'takeover', session }));
  expect(await newcomer.ready()).toMatchObject({ sessions: 1 });
  expect(await old.closed).toMatchObject({ code: 4409 });
  newcomer.ws.terminate();
});

it('D10 the application knows a client that comes back at another node, and takes what it says once', async () => {
  const application = await new TestApplication().start();
  const webhooks = { webhookUrl: application.url, webhookSecret: 'w'.repeat(32) };
  const { houses } = await startCluster(2, webhooks);
  const [one, two] = houses as [House, House];
  const said = JSON.stringify({ type: 'message', id: 'm1', data: 'hello' });
  const old = clientOf(one, 'talker');
  await old.ready();
  old.ws.send(said);
  await old.frame('accepted');
  const back = clientOf(two, 'talker', await memoryOf(old));
  await back.ready();
  back.ws.send(said);
  await back.frame('accepted');
  back.ws.close();
  await until(() => application.calls.length === 5);
  const { session } = await old.ready();
  const lineage = `holdfast.${String(session).split('-').at(-1)}`;
  expect(new Set(application.calls.map(({ json }) => json['lineage']))).toEqual(new Set([lineage]));
  expect(application.story.filter((told) => told.startsWith('message'))).toHaveLength(1);
  await endCluster();
  await application.stop();
});

it('I5 a client that does not let go keeps no slot and no lease beyond the drain time', async () => {
  const { houses } = await startCluster(2, { drainTimeoutMs: 1000 });
  const [one, two] = houses as [House, House];
  const frozen = await connectFrozen(one, tokenFor('stuck'));
  await eventually(async () => (await call(two, 'GET', '/users/stuck/sessions'))['count'] === 1);
  const startedAt = performance.now();
  await one.stop();
  expect(performance.now() - startedAt).toBeLessThan(2500);
  await eventually(async () => (await call(two, 'GET', '/nodes'))['count'] === 1, 1500);
  expect((await call(two, 'GET', '/users/stuck/sessions'))['count']).toBe(0);
  frozen.destroy();
});
