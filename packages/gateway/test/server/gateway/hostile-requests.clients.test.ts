import { connect as connectTcp } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { Client } from './client.ts';
import { adminToken, callApi, type House, startHouse, stopAll, tokenFor, until } from './house.ts';
import { sendRaw, statusOf, upgradeText } from './raw-connection.ts';

afterEach(stopAll);

const head = (house: House, path = '/ws'): string =>
  `GET ${path} HTTP/1.1\r\nHost: ${house.host}:${house.port}\r\n`;

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
