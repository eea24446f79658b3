import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import {
  type ReceivedCall,
  TestApplication,
  well,
  withStatus,
} from '../webhooks/test-application.ts';
import { Client } from './client.ts';
import { callApi, type House, startHouse, stopAll, tokenFor, until } from './house.ts';

const webhookSecret = 'canary-secret-of-the-webhooks-0123456789';
const canary = 'canary-of-the-payload';

let application: TestApplication;
beforeEach(async () => {
  application = await new TestApplication().start();
});
afterEach(async () => {
  await stopAll();
  await application.stop();
});

async function start(settings: Partial<ServeConfig> = {}): Promise<House> {
  return await startHouse({ webhookUrl: application.url, webhookSecret, ...settings });
}

async function connect(house: House, user = 'anna', query = ''): Promise<Client> {
  const client = new Client(house, tokenFor(user, { device: 'laptop' }), { query });
  await client.ready();
  return client;
}

function say(client: Client, data: unknown, id?: string): void {
  client.ws.send(JSON.stringify({ type: 'message', data, id }));
}

async function metric(house: House, name: string): Promise<number> {
  const { body } = await callApi(house, 'GET', '/metrics');
  const line = String(body['text'])
    .split('\n')
    .find((text) => text.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
}

describe('the application', () => {
  it('hears what clients say and how their sessions go, in order', async () => {
    const house = await start();
    const client = await connect(house);
    say(client, { text: 'hello' }, 'm1');
    expect(await client.frame('accepted')).toEqual({ type: 'accepted', id: 'm1' });
    client.ws.close();
    await until(() => application.calls.length === 3);
    const { session } = await client.ready();
    const { node } = house.layer;
    const about = { node, user: 'anna', session, lineage: `${node}.1`, device: 'laptop' };
    const time = expect.closeTo(Date.now(), -5) as unknown;
    expect(application.calls.map(({ json }) => json)).toEqual([
      { type: 'session.opened', ...about, time, resume: 'new' },
      { type: 'message', ...about, time, id: 'm1', data: { text: 'hello' } },
      { type: 'session.closed', ...about, time, cause: 'client-close' },
    ]);
    const { headers } = application.calls[1]!;
    expect(headers['webhook-id']).toBe(`msg_${node}_2`);
    expect(Number(headers['webhook-timestamp'])).toBeCloseTo(Date.now() / 1000, -2);
    expect(headers['webhook-signature']).toMatch(/^v1,[+/\w]{43}=$/);
  });

  it('hears a client that came back as the same one, after the end of its old session', async () => {
    const house = await start();
    const old = await connect(house);
    const { ticket } = await old.ready();
    const heir = await connect(house, 'anna', `?resume=${String(ticket)}`);
    await until(() => application.calls.length === 3);
    expect(
      application.calls.map(({ json }) => [json['type'], json['cause'] ?? json['resume']]),
    ).toEqual([
      ['session.opened', 'new'],
      ['session.closed', 'superseded'],
      ['session.opened', 'lossless'],
    ]);
    expect(new Set(application.calls.map(({ json }) => json['lineage'])).size).toBe(1);
    heir.ws.terminate();
  });

  it('that answers 500 now and then takes everything of a client in order, each call once', async () => {
    const house = await start();
    let count = 0;
    const taken: ReceivedCall[] = [];
    application.behave = (call, response) => {
      count += 1;
      if (count % 2 === 0) taken.push(call);
      (count % 2 === 0 ? well : withStatus(count % 4 === 1 ? 500 : 503))(call, response);
    };
    const users = ['anna', 'bert'];
    const clients = await Promise.all(users.map(async (user) => await connect(house, user)));
    for (let number = 0; number < 3; number += 1)
      for (const client of clients) say(client, number, `m${number}`);
    await until(() => taken.length === 8, 60_000);
    expect(new Set(taken.map(({ id }) => id)).size).toBe(8);
    for (const user of users) {
      const story = taken.filter(({ json }) => json['user'] === user);
      expect(story.map(({ json }) => json['data'])).toEqual([undefined, 0, 1, 2]);
    }
    expect(count).toBeGreaterThan(8);
    for (const client of clients) client.ws.terminate();
  });

  it('I6 that is restarted hears what was said meanwhile, and health says so until then', async () => {
    const house = await start();
    const client = await connect(house);
    await until(() => application.calls.length === 1);
    await application.stop();
    say(client, canary, 'm1');
    await client.frame('accepted');
    await until(() =>
      house.lines.some(({ event, where }) => event === 'fault' && where === 'webhook'),
    );
    const { body } = await callApi(house, 'GET', '/healthz');
    expect(body).toMatchObject({ status: 'degraded', faults: [{ where: 'webhook' }] });
    expect(await metric(house, 'holdfast_webhooks_queued')).toBe(1);
    await application.start();
    await until(() => application.calls.length === 2, 20_000);
    expect(application.story[1]).toBe(`message "${canary}"`);
    await expect
      .poll(async () => await metric(house, 'holdfast_webhooks_total{result="delivered"}'))
      .toBe(2);
    client.ws.terminate();
  });

  it('I12 that hangs holds its clients up, not the gateway: a full queue is an error to who says more', async () => {
    const house = await start({ messageRate: 1000 });
    application.behave = () => {};
    const client = await connect(house);
    for (let number = 0; number < 102; number += 1) say(client, canary, `m${number}`);
    await until(() => client.frames.length === 103);
    const answers = client.frames.slice(1).map(({ type, code }) => code ?? type);
    expect(answers.slice(0, 100)).toEqual(answers.slice(0, 100).map(() => 'accepted'));
    expect(answers.slice(100)).toEqual(['overloaded', 'overloaded']);
    expect(await metric(house, 'holdfast_webhooks_total{result="overflow"}')).toBe(2);
    const other = await connect(house, 'bert');
    say(other, 'hello', 'm1');
    await other.frame('accepted');
    expect(house.lines.filter(({ event }) => event === 'webhookLost')).toHaveLength(2);
    expect(house.logText()).not.toContain(canary);
    for (const each of [client, other]) each.ws.terminate();
  });

  it('G11 that fails finds neither token, payload nor secret in the log of the gateway', async () => {
    const house = await start({ logLevel: 'trace' });
    application.behave = withStatus(400);
    const token = tokenFor('anna');
    const client = new Client(house, token);
    await client.ready();
    say(client, canary, 'm1');
    client.ws.send(JSON.stringify({ type: 'refresh', token }));
    await client.frame('refreshed');
    await until(() => house.lines.filter(({ event }) => event === 'webhookLost').length === 2);
    const { body } = await callApi(house, 'GET', '/healthz');
    for (const text of [house.logText(), JSON.stringify(body)])
      for (const secret of [canary, token, webhookSecret]) expect(text).not.toContain(secret);
    client.ws.terminate();
  });
});

describe('stopping', () => {
  it('waits until the application was told of every session', async () => {
    const house = await start({ drainTimeoutMs: 8000 });
    application.behave = (call, response) => {
      setTimeout(() => well(call, response), 20);
    };
    const users = Array.from({ length: 20 }, (_, number) => `user${number}`);
    await Promise.all(users.map((user) => connect(house, user)));
    await house.stop();
    const ends = application.calls.filter(({ json }) => json['type'] === 'session.closed');
    expect(ends.map(({ json }) => json['cause'])).toEqual(users.map(() => 'shutdown'));
    expect(new Set(ends.map(({ json }) => json['user'])).size).toBe(20);
    expect(house.lines.filter(({ event }) => event === 'webhooksLeft')).toEqual([]);
  });

  it('waits no longer than the drain time, and says what is left', async () => {
    const house = await start({ drainTimeoutMs: 500 });
    application.behave = () => {};
    await connect(house);
    const begun = performance.now();
    await house.stop();
    expect(performance.now() - begun).toBeLessThan(4000);
    expect(house.lines.find(({ event }) => event === 'webhooksLeft')).toMatchObject({ calls: 2 });
  });
});

describe('without webhooks', () => {
  it('a message is answered no-receiver', async () => {
    const house = await startHouse();
    const client = await connect(house);
    say(client, 'hello', 'm1');
    expect(await client.frame('error')).toMatchObject({ code: 'no-receiver', id: 'm1' });
    client.ws.terminate();
  });
});
