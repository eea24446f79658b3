import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { encode } from '../auth/sign.ts';
import { Client, closeOf, refusalOf } from './client.ts';
import { callApi, startHouse, stopAll, tokenFor, until } from './house.ts';
import { connectRaw, sendRaw, statusOf, upgradeText } from './raw-connection.ts';

afterEach(stopAll);

const from = (address: string): { headers: Record<string, string> } => ({
  headers: { 'x-forwarded-for': address },
});

describe('the bounds of a handshake', () => {
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

  it('C15 a token that nobody signed is charged to its address, also when it names a key that cannot be used', async () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = { ...publicKey.export({ format: 'jwk' }), kid: 'weak', alg: 'RS256' };
    const issuer = createServer((_, response) => response.end(JSON.stringify({ keys: [weak] })));
    await new Promise<void>((resolve) => void issuer.listen(0, '127.0.0.1', resolve));
    try {
      const house = await startHouse({
        authSecret: undefined,
        jwksUrl: `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/keys`,
        handshakeRate: { perSecond: 1, burst: 3 },
      });
      const claims = { sub: 'root', exp: Date.now() / 1000 + 60 };
      const forged = `${encode({ alg: 'RS256', kid: 'weak' })}.${encode(claims)}.AAAA`;
      for (let count = 0; count < 3; count += 1) {
        expect(await closeOf(new Client(house, forged))).toMatchObject({ code: 4401 });
      }
      expect(await refusalOf(new Client(house, forged))).toBe(429);
      const told = house.lines.filter(({ event }) => event === 'fault' || event === 'turnedAway');
      expect(told.map(({ where, reason }) => where ?? reason)).toEqual([
        'keys',
        'token bad-signature',
        'token bad-signature',
        'token bad-signature',
        'handshake-rate',
      ]);
    } finally {
      issuer.close();
    }
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
