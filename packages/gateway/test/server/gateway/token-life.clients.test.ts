import { afterEach, describe, expect, it } from 'vitest';
import { Client, closeOf } from './client.ts';
import { callApi, type House, startHouse, stopAll, tokenFor, until } from './house.ts';

afterEach(stopAll);

async function connect(house: House, token: string, query = ''): Promise<Client> {
  const client = new Client(house, token, { query });
  await client.ready();
  return client;
}

function refresh(client: Client, token: string): void {
  client.ws.send(JSON.stringify({ type: 'refresh', token }));
}

/** When the token of this text expires, ms since 1970. */
function expiryOf(token: string): number {
  const payload = Buffer.from(token.split('.')[1] ?? '', 'base64url').toString();
  return (JSON.parse(payload) as { exp: number }).exp * 1000;
}

describe('a token that expires', () => {
  it('ends its session with 4401 within a second, and one that was refreshed lives on', async () => {
    const house = await startHouse();
    const lazy = await connect(house, tokenFor('anna', { ttlMs: 4000 }));
    const diligent = await connect(house, tokenFor('anna', { ttlMs: 4000 }));
    const expiresAt = Date.now() + 4000;
    const newer = tokenFor('anna', { ttlMs: 60_000 });
    refresh(diligent, newer);
    expect(await diligent.frame('refreshed')).toEqual({
      type: 'refreshed',
      expiresAt: expiryOf(newer),
    });
    expect(await closeOf(lazy)).toEqual({ code: 4401, r: 'token-expired' });
    const lateMs = Date.now() - expiresAt;
    expect(lateMs).toBeGreaterThan(-1100);
    expect(lateMs).toBeLessThan(2500);
    expect(house.layer.count('anna')).toBe(1);
    expect(house.logText()).not.toContain(newer);
  });
});

describe('a refresh', () => {
  it('I8 with the token of another user, a revoked, an expired or a made-up one is refused, and the session lives on', async () => {
    const house = await startHouse();
    const client = await connect(house, tokenFor('anna'));
    await callApi(house, 'POST', '/api/v1/users/anna:revoke', { jti: 'stolen' });
    const canary = 'canary-of-a-token';
    const tokens = [
      tokenFor('bert'),
      tokenFor('anna', { jti: 'stolen' }),
      tokenFor('anna', { ttlMs: 1000, aheadMs: -60_000 }),
      canary,
    ];
    for (const token of tokens) refresh(client, token);
    await until(() => client.frames.length === 1 + tokens.length);
    const answers = client.frames.slice(1).map(({ type, code }) => [type, code]);
    expect(answers).toEqual(tokens.map(() => ['error', 'unauthorized']));
    expect(new Set(client.frames.slice(1).map(({ message }) => message)).size).toBe(1);
    expect(house.layer.count('anna')).toBe(1);
    for (const token of tokens) expect(house.logText()).not.toContain(token);
    const { body } = await callApi(house, 'GET', '/metrics');
    expect(body['text']).toContain('holdfast_token_refreshes_total{result="refused"} 4');
  });
});

describe('a revocation', () => {
  it('of one token ends who has it now, and nobody who was refreshed since', async () => {
    const house = await startHouse();
    const kept = await connect(house, tokenFor('anna', { jti: 'one' }));
    const ended = await connect(house, tokenFor('anna', { jti: 'one' }));
    refresh(kept, tokenFor('anna', { jti: 'two' }));
    await kept.frame('refreshed');
    const { body } = await callApi(house, 'POST', '/api/v1/users/anna:revoke', { jti: 'one' });
    expect(body['closed']).toEqual([(await ended.ready())['session']]);
    expect(await closeOf(ended)).toEqual({ code: 4401, r: 'revoked' });
    await callApi(house, 'POST', '/api/v1/users/anna:revoke', { jti: 'two' });
    expect(await closeOf(kept)).toEqual({ code: 4401, r: 'revoked' });
  });

  it('of one token kills the ticket of its session, also for a newer token', async () => {
    const house = await startHouse();
    const client = await connect(house, tokenFor('anna', { jti: 'one' }));
    const { session, ticket, epoch, offset } = await client.ready();
    await callApi(house, 'POST', '/api/v1/users/anna:revoke', { jti: 'one' });
    await client.closed;
    const query = `?resume=${String(ticket)}&epoch=${String(epoch)}&offset=${String(offset)}`;
    const again = await connect(house, tokenFor('anna', { jti: 'two' }), query);
    expect((await again.ready())['session']).not.toContain('.');
    const answer = await callApi(house, 'POST', '/api/v1/users/anna/events', {
      event: 'for-the-revoked',
      session,
    });
    expect(answer.status).toBe(404);
    const { body } = await callApi(house, 'GET', '/metrics');
    expect(body['text']).toContain('holdfast_resume_total{outcome="ticket-spent"} 1');
  });

  it('reaches a newcomer who waits for a slot within a second', async () => {
    const house = await startHouse({ maxSessionsPerUser: 1 });
    const first = await connect(house, tokenFor('anna', { jti: 'one' }));
    // It does not read, so it proves nothing, and the newcomer waits.
    first.ws.pause();
    const newcomer = new Client(house, tokenFor('anna', { jti: 'two' }));
    await until(() => house.layer.waiting('anna') === 1);
    await callApi(house, 'POST', '/api/v1/users/anna:revoke', { jti: 'two' });
    expect(await closeOf(newcomer)).toEqual({ code: 4401, r: 'unauthorized' });
    expect(newcomer.frames).toEqual([]);
    first.ws.terminate();
  });
});
