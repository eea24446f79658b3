import { type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect as connectTcp, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptUpgrades } from '../../src/adapters/ws.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';
import { RawPeer } from '../../src/testing/raw-peer.ts';
import { closeHouses, type House, openHouse, until } from './upgrade-house.ts';

afterEach(closeHouses);

/** What curl and Java send with a plain request. */
const offer =
  'Host: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQ\r\n';

/** Answers with what has come: method, target, body, and whether there was an `Upgrade` header. */
function answer(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', (chunk: Buffer) => (body += chunk.toString()));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.end(`${method} ${url} <${body}> ${headers.host} ${headers.upgrade ?? 'plain'}\n`);
  });
}

interface PlainHouse extends House {
  readonly decided: string[];
  readonly unfinished: string[];
}

async function openPlainHouse(): Promise<PlainHouse> {
  const decided: string[] = [];
  const unfinished: string[] = [];
  const house = await openHouse(
    (request) => {
      decided.push(request.url ?? '');
      return { kind: 'open', request: { userId: 'u' } };
    },
    { more: { onUnfinished: (request) => unfinished.push(request.url ?? '') } },
  );
  house.server.on('request', answer);
  return { ...house, decided, unfinished };
}

/** Sends these, each in a packet of its own, and hears what comes back until this is in it. */
async function ask(socket: Socket, packets: readonly string[], last: string): Promise<string> {
  let heard = '';
  socket.removeAllListeners('data').removeAllListeners('error');
  socket.on('error', () => {});
  socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
  for (const packet of packets) {
    socket.write(packet);
    await delay(10);
  }
  await until(() => heard.includes(last));
  return heard;
}

const requests: Readonly<Record<string, readonly [packets: readonly string[], answer: string]>> = {
  'without a body': [[`GET /a HTTP/1.1\r\n${offer}\r\n`], 'GET /a <>'],
  'with a body in the same packet': [
    [`POST /a HTTP/1.1\r\n${offer}Content-Length: 5\r\n\r\nhello`],
    'POST /a <hello>',
  ],
  'with a body that comes later, in two': [
    [`POST /a HTTP/1.1\r\n${offer}Content-Length: 5\r\n\r\n`, 'hel', 'lo'],
    'POST /a <hello>',
  ],
  'with a body in chunks': [
    [
      `PUT /a HTTP/1.1\r\n${offer}Transfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2`,
      '\r\nlo\r\n0\r\n\r\n',
    ],
    'PUT /a <hello>',
  ],
  'with a body that waits to be asked for': [
    [`POST /a HTTP/1.1\r\n${offer}Expect: 100-continue\r\nContent-Length: 2\r\n\r\n`, 'ok'],
    'POST /a <ok>',
  ],
  'behind another one on its connection': [
    [`POST /a HTTP/1.1\r\n${offer}Content-Length: 2\r\n\r\nok`, `GET /b HTTP/1.1\r\n${offer}\r\n`],
    'GET /b <>',
  ],
  'before a plain one on its connection': [
    [`GET /a HTTP/1.1\r\n${offer}\r\n`, 'GET /b HTTP/1.1\r\nHost: x\r\n\r\n'],
    'GET /b <>',
  ],
  'over HTTP/1.0': [[`GET /a HTTP/1.0\r\n${offer}\r\n`], 'GET /a <>'],
};

describe('a request that asks for another protocol than WebSocket', () => {
  it.each(Object.entries(requests))(
    'G10 %s is served as if it asked for none, and is no handshake',
    async (_name, [packets, expected]) => {
      const { port, decided, unfinished } = await openPlainHouse();
      const socket = connectTcp({ port, host: '127.0.0.1' });
      const heard = await ask(socket, packets, `${expected} x plain\n`);
      expect(heard).toMatch(/^HTTP\/1\.1 (100 Continue\r\n\r\nHTTP\/1\.1 )?200 OK\r\n/);
      expect({ decided, unfinished }).toEqual({ decided: [], unfinished: [] });
      socket.destroy();
    },
  );

  it('G10 leaves its connection fit for a WebSocket', async () => {
    const { port, layer } = await openPlainHouse();
    const socket = connectTcp({ port, host: '127.0.0.1' });
    await ask(socket, [`GET /a HTTP/1.1\r\n${offer}\r\n`], 'plain\n');
    const upgrade =
      'Host: x\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    await ask(socket, [`GET /ws HTTP/1.1\r\n${upgrade}\r\n`], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
    expect(layer.count('u')).toBe(1);
    socket.destroy();
  });

  it('I5 leaves nothing on its connection, however many come over it', async () => {
    const { server, port } = await openPlainHouse();
    const accepted = new Promise<Socket>((resolve) => void server.once('connection', resolve));
    const socket = connectTcp({ port, host: '127.0.0.1' });
    const counts: number[][] = [];
    for (let round = 0; round < 20; round += 1) {
      await ask(socket, [`GET /${round} HTTP/1.1\r\n${offer}\r\n`], `/${round} <>`);
      const raw = await accepted;
      counts.push(raw.eventNames().map((name) => raw.listenerCount(name)));
    }
    expect(counts.at(-1)).toEqual(counts[1]);
    socket.destroy();
  });

  it('G10 is served over TLS, too', async () => {
    const secret = { psk: Buffer.alloc(32, 7), identity: 'u' };
    const ciphers = 'PSK';
    const server = createSecureServer({ ciphers, pskCallback: () => secret.psk }, answer);
    const layer = new SessionLayer();
    const upgrades = acceptUpgrades(server, {
      layer,
      decide: () => ({ kind: 'reject', status: 403 }),
    });
    const port = await listen(server);
    const socket = connectTls({
      ...{ port, host: '127.0.0.1', ciphers },
      checkServerIdentity: () => undefined,
      pskCallback: () => secret,
    });
    const packets = [`POST /a HTTP/1.1\r\n${offer}Content-Length: 5\r\n\r\nhello`];
    expect(await ask(socket, packets, 'plain\n')).toContain('POST /a <hello> x plain\n');
    socket.destroy();
    upgrades.close();
    await layer.shutdown();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  });
});

describe('a request for a WebSocket', () => {
  it('G10 among other protocols is a handshake, and malformed', async () => {
    const { port, unfinished } = await openPlainHouse();
    const peer = await RawPeer.connect({ port, headers: { Upgrade: 'h2c, websocket' } });
    expect(peer.head).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(unfinished).toEqual(['/']);
    peer.destroy();
  });

  it('G10 over HTTP/1.0 is malformed: such a client knows of no upgrade', async () => {
    const { port, layer, unfinished } = await openPlainHouse();
    const socket = connectTcp({ port, host: '127.0.0.1' });
    const upgrade =
      'Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    const heard = await ask(socket, [`GET /ws HTTP/1.0\r\n${upgrade}\r\n`], 'HTTP/1.1.\n');
    expect(heard).toMatch(/^HTTP\/1\.1 400 Bad Request/);
    expect(unfinished).toEqual(['/ws']);
    expect(layer.count('u')).toBe(0);
    socket.destroy();
  });
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
