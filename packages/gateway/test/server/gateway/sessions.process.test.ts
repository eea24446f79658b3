import { afterEach, describe, expect, it } from 'vitest';
import { parseExposition, valueOf } from '../metrics/exposition.ts';
import { Client, closeOf } from './client.ts';
import { callApi, type House, startHouse, stopAll, tokenFor, until } from './house.ts';
import { connectFrozen } from './raw-connection.ts';

afterEach(stopAll);

async function connect(house: House, userId: string, count: number): Promise<Client[]> {
  const clients = Array.from({ length: count }, () => new Client(house, tokenFor(userId)));
  await Promise.all(clients.map((client) => client.ready()));
  return clients;
}

describe('a session', () => {
  it('is greeted with ready, gets events, and is listed', async () => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob', { device: 'laptop' }));
    const ready = await client.ready();
    expect(ready).toMatchObject({ user: 'bob', limit: 5, sessions: 1, resume: { outcome: 'new' } });
    expect(client.ws.protocol).toBe('holdfast.v1');
    const events = '/api/v1/users/bob/events';
    await callApi(house, 'POST', events, { event: 'hello', data: { n: 1 } });
    await callApi(house, 'POST', '/api/v1/broadcast', { event: 'all', data: null });
    await until(() => client.frames.length === 3);
    expect(client.frames.slice(1)).toMatchObject([
      { type: 'event', offset: 1, event: 'hello', data: { n: 1 } },
      { type: 'event', offset: 2, event: 'all', data: null },
    ]);
    const { body } = await callApi(house, 'GET', '/api/v1/users/bob/sessions');
    expect(body['sessions']).toMatchObject([
      { id: ready['session'], device: 'laptop', state: 'live' },
    ]);
  });

  it('FM-01 I3 gives its slot back at an ordinary close: 200 reloads meet no limit', async () => {
    const house = await startHouse({ userConnectRate: { perSecond: 1000, burst: 1000 } });
    for (let count = 0; count < 200; count += 1) {
      const [client] = await connect(house, 'bob', 1);
      client!.ws.close();
      await client!.closed;
      await until(() => house.layer.count('bob') === 0);
    }
    const { body } = await callApi(house, 'GET', '/api/v1/stats');
    expect(body).toMatchObject({
      managers_created: 200,
      managers_active: 0,
      emergency_cleanup_triggers: 0,
      resource_limit_hits: 0,
    });
  });

  it('the limit of a token is the one in force for its newcomer', async () => {
    const house = await startHouse();
    await connect(house, 'bob', 2);
    const third = new Client(house, tokenFor('bob', { maxSessions: 2 }));
    expect(await closeOf(third)).toEqual({ code: 4429, r: 'user-limit' });
    const ready = await new Client(house, tokenFor('bob', { maxSessions: 3 })).ready();
    expect(ready['limit']).toBe(3);
  });
});

describe('at the limit', () => {
  it('FM-45 FM-24 all alive: refused 4429 without retryMs, nobody closed', async () => {
    const house = await startHouse();
    const five = await connect(house, 'bob', 5);
    const sixth = new Client(house, tokenFor('bob'));
    expect(await closeOf(sixth)).toEqual({ code: 4429, r: 'user-limit' });
    expect(sixth.frames).toEqual([]);
    expect(five.every(({ ws }) => ws.readyState === ws.OPEN)).toBe(true);
    const refused = house.lines.find(({ event }) => event === 'refused');
    expect(refused).toMatchObject({ reason: 'user-limit', live: 5, limit: 5 });
    expect(refused?.['blocking']).toHaveLength(5);
  });

  it('FM-16 A4 three frozen clients: three newcomers get in within 1.2 s, the living stay', async () => {
    const house = await startHouse();
    const living = await connect(house, 'bob', 2);
    const frozen = await Promise.all([1, 2, 3].map(() => connectFrozen(house, tokenFor('bob'))));
    await until(() => house.layer.count('bob') === 5);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const startedAt = performance.now();
    const newcomers = await connect(house, 'bob', 3);
    expect(performance.now() - startedAt).toBeLessThan(1200);
    expect([...living, ...newcomers].every(({ ws }) => ws.readyState === ws.OPEN)).toBe(true);
    expect(house.layer.count('bob')).toBe(5);
    const { body } = await callApi(house, 'GET', '/api/v1/stats');
    expect(body).toMatchObject({
      emergency_cleanup_triggers: 1,
      successful_emergency_cleanups: 1,
      failed_emergency_cleanups: 0,
      managers_cleaned_up: 3,
    });
    expect(
      house.lines.filter(({ event, cause }) => event === 'closed' && cause === 'no-pong'),
    ).toHaveLength(3);
    expect(house.logText()).toContain(
      '✅ Emergency cleanup successful - proceeding with manager creation',
    );
    for (const socket of frozen) socket.destroy();
  });

  it('FM-29 evict-oldest: the oldest gets 4409, once a minute', async () => {
    const house = await startHouse({ maxSessionsPerUser: 2, onLimit: 'evict-oldest' });
    const [oldest] = await connect(house, 'bob', 1);
    await connect(house, 'bob', 1);
    await connect(house, 'bob', 1);
    expect(await closeOf(oldest!)).toEqual({ code: 4409, r: 'evicted' });
    const next = new Client(house, tokenFor('bob'));
    expect(await closeOf(next)).toMatchObject({ code: 4429, r: 'user-limit' });
  });

  it('A12 a limit lowered ends nobody, a limit raised lets in at once', async () => {
    const house = await startHouse();
    const five = await connect(house, 'bob', 5);
    await callApi(house, 'PUT', '/api/v1/users/bob/limit', { limit: 3 });
    five[0]!.ws.close();
    five[1]!.ws.close();
    await until(() => house.layer.count('bob') === 3);
    expect(await closeOf(new Client(house, tokenFor('bob')))).toMatchObject({ r: 'user-limit' });
    five[2]!.ws.close();
    await until(() => house.layer.count('bob') === 2);
    await connect(house, 'bob', 1);
    await callApi(house, 'PUT', '/api/v1/users/bob/limit', { limit: 4 });
    await connect(house, 'bob', 1);
    expect(house.layer.count('bob')).toBe(4);
  });

  it('G6 too many connects of one user are refused with a time to come back', async () => {
    const house = await startHouse({ userConnectRate: { perSecond: 10, burst: 3 } });
    await connect(house, 'bob', 3);
    const close = await closeOf(new Client(house, tokenFor('bob')));
    expect(close).toMatchObject({ code: 4429, r: 'rate' });
    expect(close.retryMs).toBeGreaterThan(0);
    expect(close.retryMs).toBeLessThanOrEqual(100);
    await connect(house, 'alice', 1);
  });
});

describe('a session ends', () => {
  it.each([
    ['admin', 'POST', '/api/v1/users/bob/sessions:close', 4499],
    ['revoked', 'POST', '/api/v1/users/bob:revoke', 4401],
  ])('by order with %s', async (r, method, path, code) => {
    const house = await startHouse();
    const [client] = await connect(house, 'bob', 1);
    await callApi(house, method, path, {});
    expect(await closeOf(client!)).toEqual({ code, r });
  });

  it('revoked: with the token of that jti only, and it does not connect again', async () => {
    const house = await startHouse();
    const [stolen, good] = [tokenFor('bob', { jti: 'a' }), tokenFor('bob', { jti: 'b' })];
    const [first, second] = [new Client(house, stolen), new Client(house, good)];
    await Promise.all([first.ready(), second.ready()]);
    const { body } = await callApi(house, 'POST', '/api/v1/users/bob:revoke', { jti: 'a' });
    expect(body['closed']).toHaveLength(1);
    expect(await closeOf(first)).toEqual({ code: 4401, r: 'revoked' });
    expect(await closeOf(new Client(house, stolen))).toEqual({ code: 4401, r: 'unauthorized' });
    await new Client(house, good).ready();
    expect(second.ws.readyState).toBe(second.ws.OPEN);
  });

  it('revoked: a token issued more than the leeway of 5 s afterwards works', async () => {
    const house = await startHouse();
    await callApi(house, 'POST', '/api/v1/users/bob:revoke');
    const old = new Client(house, tokenFor('bob'));
    expect(await closeOf(old)).toEqual({ code: 4401, r: 'unauthorized' });
    // As the issuer would five seconds later, without waiting for it: its clock may be ahead that far.
    const newer = new Client(house, tokenFor('bob', { aheadMs: 5000 }));
    expect(await newer.ready()).toMatchObject({ user: 'bob' });
  });

  it('B10 when its token expires', async () => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob', { ttlMs: 300 }));
    await client.ready();
    expect(await closeOf(client)).toEqual({ code: 4401, r: 'token-expired' });
  });

  it.each([
    ['{', 4400, 'bad-frame'],
    ['[]', 4400, 'bad-frame'],
    ['{"type":"ack","offset":99}', 4400, 'bad-frame'],
    ['{"type":"ack","offset":-1}', 4400, 'bad-frame'],
    ['{"type":"ack","offset":1e999}', 4400, 'bad-frame'],
  ])('D4 by a breach: %s', async (text, code, r) => {
    const house = await startHouse();
    const [client] = await connect(house, 'bob', 1);
    client!.ws.send(text);
    expect(await closeOf(client!)).toEqual({ code, r });
  });

  it('not by an unknown frame, nor by a message nobody takes', async () => {
    const house = await startHouse();
    const [client] = await connect(house, 'bob', 1);
    client!.ws.send('{"type":"shout"}');
    client!.ws.send('{"type":"message","data":1,"id":"m1"}');
    client!.ws.send('{"type":"ping"}');
    expect(await client!.frame('pong')).toEqual({ type: 'pong' });
    expect(client!.frames.filter(({ type }) => type === 'error')).toMatchObject([
      { code: 'unknown-type' },
      { code: 'no-receiver', id: 'm1' },
    ]);
  });

  it('by too many frames, 1008, and by one too large, 1009', async () => {
    const house = await startHouse({
      messageRate: 5,
      maxPayloadBytes: 100,
    });
    const [fast, large] = await connect(house, 'bob', 2);
    for (let count = 0; count < 6; count += 1) fast!.ws.send('{"type":"ping"}');
    expect(await closeOf(fast!)).toMatchObject({ code: 1008, r: 'rate' });
    large!.ws.send('x'.repeat(101));
    expect(await closeOf(large!)).toEqual({ code: 1009 });
    await until(() => house.layer.count('bob') === 0);
  });
});

describe('what an attacker can learn', () => {
  it('G15 known and unknown users take the same time, answer and form', async () => {
    const house = await startHouse();
    await connect(house, 'known', 3);
    const times = new Map<string, number[]>([
      ['known', []],
      ['other', []],
    ]);
    const shapes = new Set<string>();
    for (let count = 0; count < 100; count += 1) {
      for (const [userId, samples] of times) {
        const startedAt = performance.now();
        const { status, body } = await callApi(house, 'GET', `/api/v1/users/${userId}/sessions`);
        samples.push(performance.now() - startedAt);
        shapes.add(`${status} ${Object.keys(body).join()}`);
      }
    }
    const [known = 0, other = 0] = [...times.values()].map(
      (samples) => samples.toSorted((a, b) => a - b)[50],
    );
    expect(Math.abs(known - other)).toBeLessThan(5);
    expect(shapes.size).toBe(1);
  });
});

describe('the numbers', () => {
  it('I1 FM-69 equal a recount while clients come and go', async () => {
    const house = await startHouse();
    let open = 0;
    let all = 0;
    for (let round = 0; round < 5; round += 1) {
      const clients = await Promise.all(
        ['a', 'b', 'c'].map((userId) => connect(house, `${userId}${round}`, 1 + round)),
      );
      const leaving = clients.flat().filter((_, index) => index % 2 === 0);
      for (const client of leaving) client.ws.terminate();
      all += clients.flat().length;
      open += clients.flat().length - leaving.length;
      await until(() => [...house.layer.sessions()].length === open);
      const { body } = await callApi(house, 'GET', '/api/v1/stats');
      expect(body).toMatchObject({ managers_active: open, managers_created: all });
      const list = await callApi(house, 'GET', '/api/v1/sessions?limit=1000');
      expect([list.body['count'], (list.body['sessions'] as unknown[]).length]).toEqual([
        open,
        open,
      ]);
      const metrics = await fetch(`${house.url}/metrics`);
      expect(metrics.headers.get('content-type')).toContain('text/plain; version=0.0.4');
      const { samples } = parseExposition(await metrics.text());
      expect(valueOf(samples, 'holdfast_sessions_active', { state: 'live' })).toBe(open);
      expect(valueOf(samples, 'holdfast_sessions_opened_total', { result: 'opened' })).toBe(all);
    }
  });
});
