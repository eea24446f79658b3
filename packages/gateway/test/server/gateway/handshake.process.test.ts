import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import {
  adminToken,
  callApi,
  Client,
  closeOf,
  connectRaw,
  type House,
  sendRaw,
  startHouse,
  stopAll,
  tokenFor,
  until,
  upgradeText,
} from './house.ts';

afterEach(stopAll);

const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
const head = (house: House, path = '/ws'): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${house.host}:${house.port}\r\n`;

const secureOrigin = (house: House): string => `https://${house.host}:${house.port}`;

const from = (address: string): { headers: Record<string, string> } => ({
  headers: { 'x-forwarded-for': address },
});

async function refusalOf(client: Client): Promise<number> {
  return await new Promise((resolve, reject) => {
    client.ws.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      request.destroy();
    });
    client.ws.on('open', () => reject(new Error('It was let in.')));
  });
}

describe('the token', () => {
  it('comes in a header, a sub-protocol or the query', async () => {
    const house = await startHouse();
    const token = tokenFor('bob');
    await new Client(house, token).ready();
    const asProtocol = new Client(house, null);
    expect(await closeOf(asProtocol)).toEqual({ code: 4401, r: 'unauthorized' });
    const raw = await sendRaw(
      house,
      upgradeText(house, token).replace(
        /Authorization: Bearer (.*)\r\n/,
        'Sec-WebSocket-Protocol: holdfast.v1, holdfast.bearer.$1\r\n',
      ),
      300,
    );
    expect(statusOf(raw)).toBe(101);
    expect(raw).toContain('Sec-WebSocket-Protocol: holdfast.v1\r\n');
    expect(raw).toContain('"type":"ready"');
    const query = upgradeText(house, 'x')
      .replace(/Authorization.*\r\n/, '')
      .replace('/ws', `/ws?token=${token}&resume=x&epoch=e&offset=5`);
    expect(await sendRaw(house, query, 300)).toContain('"type":"ready"');
  });

  it.each([
    ['none', null],
    ['empty', ''],
    ['garbage', 'garbage'],
    ['of another secret', `${tokenFor('bob').slice(0, -3)}AAA`],
    ['expired', tokenFor('bob', { ttlMs: 1 })],
  ])('G15 that is %s is closed 4401 after the upgrade', async (_, token) => {
    const house = await startHouse();
    expect(await closeOf(new Client(house, token))).toEqual({ code: 4401, r: 'unauthorized' });
    expect(house.layer.gauges().sessions).toBe(0);
    expect(house.lines.at(-1)).toMatchObject({ event: 'turnedAway', level: 'warn' });
  });
});

describe('before the upgrade', () => {
  it('a page of another origin is 403', async () => {
    const house = await startHouse();
    expect(
      await refusalOf(new Client(house, tokenFor('bob'), { origin: 'https://evil.example' })),
    ).toBe(403);
    await new Client(house, tokenFor('bob'), { origin: house.url }).ready();
  });

  it('C15 the scheme of an origin is believed from a trusted proxy only', async () => {
    const trusting = await startHouse({ trustedProxies: ['127.0.0.1'] });
    const headers = { 'x-forwarded-proto': 'https' };
    await new Client(trusting, tokenFor('bob'), {
      origin: secureOrigin(trusting),
      headers,
    }).ready();
    const wary = await startHouse();
    expect(
      await refusalOf(new Client(wary, tokenFor('bob'), { origin: secureOrigin(wary), headers })),
    ).toBe(403);
  });

  it.each([
    ['a bearer sub-protocol alone', 'Sec-WebSocket-Protocol: holdfast.bearer.x\r\n', 400],
    ['a second token', 'Sec-WebSocket-Protocol: holdfast.v1, holdfast.bearer.x\r\n', 400],
    ['the same protocol twice', 'Sec-WebSocket-Protocol: holdfast.v1, holdfast.v1\r\n', 400],
    ['spaces for a protocol', `Sec-WebSocket-Protocol:${' '.repeat(8000)}\r\n`, 400],
    ['a body', 'Content-Length: 5\r\n', 400],
    ['a chunked body', 'Transfer-Encoding: chunked\r\n', 400],
  ])('G10 %s is refused', async (_, extra, status) => {
    const house = await startHouse();
    const answer = await sendRaw(house, upgradeText(house, tokenFor('bob'), extra));
    expect(statusOf(answer)).toBe(status);
    expect(answer).toContain('application/problem+json');
    expect(house.lines.at(-1)).toMatchObject({ event: 'turnedAway', reason: 'bad-upgrade' });
  });

  it.each([
    ['version', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 12'],
    ['key', /Sec-WebSocket-Key: .*/, 'Sec-WebSocket-Key: short'],
    ['no key', /Sec-WebSocket-Key: .*\r\n/, ''],
    ['protocol name', 'Upgrade: websocket', 'Upgrade: h2c'],
  ])('G10 a wrong %s is 400', async (_, search, replacement) => {
    const house = await startHouse();
    const text = upgradeText(house, tokenFor('bob')).replace(search, replacement);
    expect(statusOf(await sendRaw(house, text))).toBe(400);
  });

  it('another path is 404, and its method does not matter', async () => {
    const house = await startHouse();
    const text = upgradeText(house, tokenFor('bob'));
    expect(statusOf(await sendRaw(house, text.replace('/ws', '/ws/other')))).toBe(404);
    expect(statusOf(await sendRaw(house, text.replace('/ws', '/%77s')))).toBe(404);
    expect(statusOf(await sendRaw(house, text.replace('GET', 'POST')))).toBe(400);
  });
});

describe('bounds', () => {
  it('C14 connections beyond the cap are 503 with Retry-After, and an operator still sees why', async () => {
    const house = await startHouse({ maxConnections: 2 });
    const clients = [new Client(house, tokenFor('a')), new Client(house, tokenFor('b'))];
    await Promise.all(clients.map((client) => client.ready()));
    const answer = await sendRaw(house, upgradeText(house, tokenFor('c')));
    expect(statusOf(answer)).toBe(503);
    expect(answer).toMatch(/Retry-After: \d/);
    expect((await callApi(house, 'GET', '/healthz')).status).toBe(200);
    clients[0]!.ws.terminate();
    await until(() => house.layer.count('a') === 0);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await new Client(house, tokenFor('c')).ready();
  });

  it('C15 failed handshakes are bounded per address; those that succeed cost nothing', async () => {
    const house = await startHouse({
      handshakeRate: { perSecond: 1, burst: 3 },
      trustedProxies: ['127.0.0.1'],
    });
    for (let count = 0; count < 10; count += 1) {
      const client = new Client(house, tokenFor(`u${count}`), from('203.0.113.7'));
      await client.ready();
      client.ws.close();
      await client.closed;
    }
    for (let count = 0; count < 3; count += 1) {
      const client = new Client(house, 'wrong', from('203.0.113.7'));
      expect(await closeOf(client)).toMatchObject({ code: 4401 });
    }
    expect(await refusalOf(new Client(house, tokenFor('bob'), from('203.0.113.7')))).toBe(429);
    await new Client(house, tokenFor('bob'), from('203.0.113.8')).ready();
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await new Client(house, tokenFor('bob'), from('203.0.113.7')).ready();
  });

  it('C15 a forged X-Forwarded-For changes nothing without a trusted proxy', async () => {
    const house = await startHouse({ handshakeRate: { perSecond: 1, burst: 2 } });
    const statuses: number[] = [];
    for (let count = 0; count < 3; count += 1) {
      const extra = `X-Forwarded-For: 203.0.113.${count}\r\nOrigin: https://evil.example\r\n`;
      statuses.push(statusOf(await sendRaw(house, upgradeText(house, tokenFor('bob'), extra))));
    }
    expect(statuses).toEqual([403, 403, 429]);
  });

  it('G8 200 connections that say nothing, or little, end within the handshake timeout', async () => {
    const house = await startHouse({ handshakeTimeoutMs: 500 });
    const startedAt = performance.now();
    const sockets = await Promise.all(Array.from({ length: 200 }, () => connectRaw(house)));
    for (const [index, socket] of sockets.entries()) {
      socket.resume();
      if (index % 2 === 0) socket.write('GET /ws HTTP/1.1\r\nHost: x\r\n');
    }
    const honest: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const client = new Client(house, tokenFor(`u${count}`));
      await client.ready();
      honest.push(client.readyMs);
    }
    expect(Math.max(...honest)).toBeLessThan(200);
    await Promise.all(
      sockets.map((socket) => new Promise((resolve) => socket.once('close', resolve))),
    );
    expect(performance.now() - startedAt).toBeLessThan(2500);
  });

  it('300 strangers who connect and reset disturb nobody', async () => {
    const house = await startHouse();
    const client = new Client(house, tokenFor('bob'));
    await client.ready();
    const sockets = await Promise.all(Array.from({ length: 300 }, () => connectRaw(house)));
    for (const socket of sockets) socket.resetAndDestroy();
    await callApi(house, 'POST', '/api/v1/users/bob/events', { event: 'x' });
    expect(await client.frame('event')).toMatchObject({ offset: 1 });
  });
});

describe('G10 hostile requests', () => {
  it.each([
    ['2,000 headers', 431, (h: House): string => `${head(h)}${'a:b\r\n'.repeat(2000)}\r\n`],
    [
      '101 headers of the API',
      431,
      (h: House): string => `${head(h, '/healthz')}${'a:b\r\n'.repeat(100)}\r\n`,
    ],
    [
      'a header of 17 KB',
      431,
      (h: House): string => `${head(h)}X: ${'y'.repeat(17 * 1024)}\r\n\r\n`,
    ],
    ['a path of 17 KB', 431, (h: House): string => head(h, `/${'y'.repeat(17 * 1024)}`) + '\r\n'],
    ['no HTTP at all', 400, (): string => '\u0016\u0003\u0001\u0002\u0000garbage\r\n\r\n'],
    [
      'two lengths',
      400,
      (h: House): string => `${head(h)}Content-Length: 1\r\nContent-Length: 2\r\n\r\nx`,
    ],
    [
      'a length and chunks',
      400,
      (h: House): string =>
        `${head(h).replace('GET', 'POST')}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx`,
    ],
    ['a line feed in a header', 400, (h: House): string => `${head(h)}X: a\nb\r\n\r\n`],
    ['no host', 400, (): string => 'GET /healthz HTTP/1.1\r\n\r\n'],
    ['a broken host', 400, (): string => 'GET /healthz HTTP/1.1\r\nHost: a b/c\r\n\r\n'],
    ['a backslash in the path', 400, (h: House): string => `${head(h, '/a\\b')}\r\n`],
    ['CONNECT', 405, (): string => 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n'],
    ['TRACE', 405, (h: House): string => `${head(h, '/healthz').replace('GET', 'TRACE')}\r\n`],
  ])('%s is %i, and the gateway lives', async (_, status, text) => {
    const house = await startHouse();
    expect(statusOf(await sendRaw(house, text(house)))).toBe(status);
    await new Client(house, tokenFor('bob')).ready();
  });

  it('encoded line feeds in parameters come back nowhere', async () => {
    const house = await startHouse();
    const answer = await sendRaw(
      house,
      `${head(house, '/api/v1/users/a%0d%0aSet-Cookie:x/limit%0d%0aX:y')}\r\n`,
      300,
    );
    expect(answer).not.toMatch(/set-cookie|^x:/im);
  });

  it('a request pipelined behind an upgrade is taken for a broken frame', async () => {
    const house = await startHouse();
    const answer = await sendRaw(
      house,
      `${upgradeText(house, tokenFor('bob'))}${head(house, '/healthz')}\r\n`,
    );
    expect(statusOf(answer)).toBe(101);
    expect(answer).not.toContain('cleanup');
    await until(() => house.layer.count('bob') === 0);
  });

  it('pipelined requests of the API are answered in order', async () => {
    const house = await startHouse();
    const one = `${head(house, '/readyz')}\r\n`;
    const answer = await sendRaw(
      house,
      `${one}${one}${head(house, '/nowhere')}Connection: close\r\n\r\n`,
    );
    expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
      '200',
      '200',
      '404',
    ]);
  });

  it('a path in absolute form, with an encoded user, is that user', async () => {
    const house = await startHouse();
    await new Client(house, tokenFor('..')).ready();
    const target = `http://${house.host}:${house.port}/api/v1/users/~Li4/sessions`;
    const answer = await sendRaw(
      house,
      `GET ${target} HTTP/1.1\r\nHost: ${house.host}\r\nAuthorization: Bearer ${adminToken}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain('"user":".."');
  });

  it('a body that breaks off is no fault, and a slow head is 408', async () => {
    const house = await startHouse({ handshakeTimeoutMs: 300 });
    const socket = connectTcp({ host: house.host, port: house.port });
    socket.write(
      `POST /api/v1/broadcast HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${adminToken}\r\nContent-Length: 100\r\n\r\n{"ev`,
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.resetAndDestroy();
    expect(statusOf(await sendRaw(house, 'GET /healthz HTTP/1.1\r\nHost', 2500))).toBe(408);
    const { body } = await callApi(house, 'GET', '/healthz');
    expect(body['faults']).toEqual([]);
  });
});
