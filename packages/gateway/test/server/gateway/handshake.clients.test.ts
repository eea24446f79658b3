import { afterEach, describe, expect, it } from 'vitest';
import { Client, closeOf, refusalOf } from './client.ts';
import { type House, startHouse, stopAll, tokenFor } from './house.ts';
import { sendRaw, statusOf, upgradeText } from './raw-connection.ts';

afterEach(stopAll);

const secureOrigin = (house: House): string => `https://${house.host}:${house.port}`;

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
    ['none', null, 'missing'],
    ['empty', '', 'missing'],
    ['garbage', 'garbage', 'malformed'],
    ['of another secret', `${tokenFor('bob').slice(0, -3)}AAA`, 'bad-signature'],
    ['expired', tokenFor('bob', { ttlMs: 1 }), 'expired'],
  ])('G15 that is %s is closed 4401 after the upgrade, and logged once', async (_, token, why) => {
    const house = await startHouse();
    expect(await closeOf(new Client(house, token))).toEqual({ code: 4401, r: 'unauthorized' });
    expect(house.layer.gauges().sessions).toBe(0);
    expect(house.lines.filter(({ event }) => event === 'turnedAway')).toMatchObject([
      { level: 'warn', reason: `token ${why}` },
    ]);
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
  ])('G10 a wrong %s is 400', async (_, search, replacement) => {
    const house = await startHouse();
    const text = upgradeText(house, tokenFor('bob')).replace(search, replacement);
    expect(statusOf(await sendRaw(house, text))).toBe(400);
  });

  it('G10 another protocol is no WebSocket: 426 says which one is expected', async () => {
    const house = await startHouse();
    const text = upgradeText(house, tokenFor('bob')).replace('websocket', 'h2c');
    const answer = await sendRaw(house, text);
    expect(statusOf(answer)).toBe(426);
    expect(answer.toLowerCase()).toContain('upgrade: websocket\r\n');
  });

  it('another path is 404, and its method does not matter', async () => {
    const house = await startHouse();
    const text = upgradeText(house, tokenFor('bob'));
    expect(statusOf(await sendRaw(house, text.replace('/ws', '/ws/other')))).toBe(404);
    expect(statusOf(await sendRaw(house, text.replace('/ws', '/%77s')))).toBe(404);
    expect(statusOf(await sendRaw(house, text.replace('GET', 'POST')))).toBe(400);
  });
});
