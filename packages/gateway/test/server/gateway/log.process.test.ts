import { afterEach, describe, expect, it } from 'vitest';
import { endChild, endChildren, startChild } from './child.ts';
import { Client, closeOf } from './client.ts';
import { adminToken, authSecret, callApi, startHouse, stopAll, tokenFor, until } from './house.ts';
import { sendRaw, upgradeText } from './raw-connection.ts';

afterEach(stopAll);
afterEach(endChildren);

describe('G11 the log', () => {
  it('never holds a token, a payload or a user id, whatever clients and operators do', async () => {
    const house = await startHouse({ logLevel: 'trace', maxSessionsPerUser: 1 });
    const userId = 'canary-user\n\u001b[31m%0d%0a';
    const token = tokenFor(userId, { device: 'canary-device', jti: 'canary-jti' });
    const client = new Client(house, token, { headers: { 'user-agent': 'canary-agent %0d%0a' } });
    await client.ready();
    const path = `/api/v1/users/${encodeURIComponent(userId)}`;
    await callApi(house, 'POST', `${path}/events`, {
      event: 'canary-event',
      data: 'canary-data',
      id: 'canary-id',
    });
    await callApi(house, 'POST', `${path}/events`, { event: '', data: 'canary-data' });
    await callApi(house, 'PUT', `${path}/limit`, { limit: 1 });
    client.ws.send('{"type":"message","data":"canary-message","id":"canary-message-id"}');
    client.ws.send('{"type":"canary-type"}');
    await until(() => client.frames.filter(({ type }) => type === 'error').length === 2);
    expect(await closeOf(new Client(house, token))).toMatchObject({ r: 'user-limit' });
    await sendRaw(house, upgradeText(house, `${token}canary`), 200);
    await sendRaw(house, `GET /ws?token=${token} HTTP/1.1\r\nHost: canary-host/\r\n\r\n`, 200);
    await sendRaw(
      house,
      `GET /canary-path?token=${token} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer canary\r\n\r\n`,
      200,
    );
    await callApi(house, 'GET', `/api/v1/users/canary-other/sessions?canary-query=1`);
    client.ws.send('canary garbage {');
    expect(await closeOf(client)).toMatchObject({ code: 4400 });
    await house.stop();
    const text = house.logText();
    expect(text).not.toContain('canary');
    for (const secret of [token, authSecret, adminToken, token.split('.')[2]!]) {
      expect(text).not.toContain(secret);
    }
    expect(house.lines.length).toBeGreaterThan(5);
    for (const line of house.lines) {
      expect(typeof line['event']).toBe('string');
      expect(line['node']).toBe(house.layer.node);
    }
    expect(house.lines.filter(({ session }) => session !== undefined).length).toBeGreaterThan(1);
  });

  it('names users when told to, one line each', async () => {
    const house = await startHouse({ logUserIds: true });
    await new Client(house, tokenFor('bob\nbob')).ready();
    expect(house.lines.find(({ event }) => event === 'opened')).toMatchObject({ user: 'bob\nbob' });
    expect(house.logText().trimEnd().split('\n')).toHaveLength(house.lines.length);
  });

  it('says where it listens once it answers, and the line of the seed', async () => {
    const house = await startHouse();
    expect(house.lines.find(({ event }) => event === 'listening')).toMatchObject({
      url: house.url,
    });
    expect(house.lines.find(({ event }) => event === 'sweepStarted')).toMatchObject({
      msg: '✅ Background cleanup task started successfully',
    });
  });
});

describe('the reader of standard output', () => {
  it('I6 dies, and the gateway lives, serves and tells the fault', async () => {
    const child = await startChild();
    try {
      child.process.stdout?.destroy();
      for (let count = 0; count < 20; count += 1) {
        const client = new Client(child, tokenFor(`u${count}`));
        await client.ready();
        client.ws.close();
        await client.closed;
      }
      await new Promise((resolve) => setTimeout(resolve, 200));
      const { status, body } = await callApi(child, 'GET', '/healthz');
      expect([status, body['status']]).toEqual([200, 'ok']);
      expect(body['faults']).toMatchObject([{ where: 'log' }]);
      expect(child.process.exitCode).toBeNull();
      expect(child.complaints()).toBe('');
      expect(await endChild(child, 'SIGTERM')).toBe(0);
    } finally {
      await endChild(child);
    }
  });

  it('I12 stops reading, and the gateway neither blocks nor grows', async () => {
    const child = await startChild({ settings: { logLevel: 'debug' } });
    try {
      child.process.stdout?.removeAllListeners('data');
      child.process.stdout?.pause();
      const latencies: number[] = [];
      for (let count = 0; count < 500; count += 1) {
        const startedAt = performance.now();
        await callApi(child, 'DELETE', '/api/v1/sessions/none');
        latencies.push(performance.now() - startedAt);
      }
      expect(Math.max(...latencies)).toBeLessThan(500);
      expect((await callApi(child, 'GET', '/healthz')).status).toBe(200);
    } finally {
      await endChild(child);
    }
  });
});
