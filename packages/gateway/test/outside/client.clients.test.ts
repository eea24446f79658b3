import { setTimeout as delay } from 'node:timers/promises';
import { type Client, type ClientOptions, createClient, type LimitReached } from 'holdfast/client';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { RunningGateway } from './running-gateway.ts';

const gateways: RunningGateway[] = [];
const clients: Client[] = [];

async function start(flags: readonly string[] = []): Promise<RunningGateway> {
  const gateway = await RunningGateway.start(flags);
  gateways.push(gateway);
  return gateway;
}

afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  for (const gateway of gateways.splice(0)) await gateway.stop();
});

/** A client of this user, and all it got. */
class Follower {
  readonly client: Client;
  readonly got: unknown[] = [];
  readonly gaps: string[] = [];
  readonly ends: string[] = [];
  sockets = 0;

  constructor(gateway: RunningGateway, options: Partial<ClientOptions> = {}) {
    const count = (): number => (this.sockets += 1);
    class Counted extends WebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        count();
      }
    }
    this.client = createClient({
      url: `${gateway.url.replace('http', 'ws')}/ws`,
      token: () => gateway.tokenFor('ann'),
      WebSocket: Counted,
      ...options,
    });
    this.client.on('event', ({ data }) => void this.got.push(data));
    this.client.on('gap', ({ reason }) => void this.gaps.push(reason));
    this.client.on('closed', ({ code, reason }) => void this.ends.push(`${code} ${reason}`));
    clients.push(this.client);
  }

  async open(): Promise<this> {
    this.client.connect();
    await until(() => this.client.state === 'open');
    return this;
  }
}

async function until(condition: () => boolean, timeoutMs = 20_000): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAt) throw new Error(`Expected it within ${timeoutMs} ms.`);
    await delay(5);
  }
}

async function publish(gateway: RunningGateway, data: unknown): Promise<void> {
  await gateway.ask('POST', '/api/v1/users/ann/events', { event: 'n', data });
}

describe('holdfast/client and the gateway', () => {
  it('D5 comes back by itself when the gateway is killed and started anew, and tells the gap', async () => {
    const first = await start();
    const follower = await new Follower(first).open();
    await publish(first, 1);
    await until(() => follower.got.length === 1);
    first.child.kill('SIGKILL');
    await until(() => follower.client.state === 'waiting');
    const second = await start(['--port', String(first.port)]);
    await until(() => follower.client.state === 'open');
    await publish(second, 2);
    await until(() => follower.got.length === 2);
    expect(follower.got).toEqual([1, 2]);
    expect(follower.gaps).toEqual(['epoch']);
    expect(await second.count('ann')).toBe(1);
  });

  it('comes back when the gateway was stopped in an orderly way', async () => {
    const first = await start(['--drain-timeout', '2s']);
    const follower = await new Follower(first).open();
    await first.stop();
    await until(() => follower.ends.includes('1012 drain'));
    const second = await start(['--port', String(first.port)]);
    await until(() => follower.client.state === 'open');
    expect(await second.count('ann')).toBe(1);
  });

  it('replaces its token before it ends, in the session it has', async () => {
    const gateway = await start();
    const ttlMs = 6_000;
    const mintedAt: number[] = [];
    const token = (): string => {
      mintedAt.push(Date.now());
      return gateway.tokenFor('ann', { ttlMs });
    };
    const follower = await new Follower(gateway, { token }).open();
    let published = 0;
    // The gateway looks for tokens that are over once a second.
    const endsAt = (mintedAt[0] ?? 0) + ttlMs + 1_200;
    for (; Date.now() < endsAt; published += 1) {
      await publish(gateway, published);
      await delay(50);
    }
    await until(() => follower.got.length === published);
    expect(follower.got).toEqual(Array.from({ length: published }, (_, index) => index));
    expect(follower.sockets).toBe(1);
    expect(mintedAt.length).toBeGreaterThan(1);
    const lives = mintedAt.slice(1).map((at, index) => at - (mintedAt[index] ?? 0));
    expect(Math.min(...lives)).toBeGreaterThan(ttlMs / 2);
  });

  it('comes back with a new token when its own was revoked', async () => {
    const gateway = await start();
    let minted = 0;
    // Two of the same second and the same claims would be one token, which is dead.
    const token = (): string =>
      gateway.tokenFor('ann', { ttlMs: 3_600_000 + 1_000 * (minted += 1) });
    const follower = await new Follower(gateway, { token }).open();
    await gateway.ask('POST', '/api/v1/users/ann:revoke', {});
    await until(() => follower.ends.includes('4401 revoked'));
    await until(() => follower.client.state === 'open');
    await publish(gateway, 1);
    await until(() => follower.got.length === 1);
    expect(await gateway.count('ann')).toBe(1);
  });

  it('stays away when an administrator has closed its session', async () => {
    const gateway = await start();
    const backoff = { firstMs: 50, maxMs: 50 };
    const follower = await new Follower(gateway, { backoff }).open();
    await gateway.ask('POST', '/api/v1/users/ann/sessions:close', {});
    await until(() => follower.client.state === 'stopped');
    // Ten times as long as it would wait.
    await delay(500);
    expect(follower.ends).toEqual(['4499 admin']);
    expect(follower.sockets).toBe(1);
    await follower.open();
    expect(await gateway.count('ann')).toBe(1);
  });

  it('FM-24 stays away from a user whose sessions are all alive, until it is asked', async () => {
    const gateway = await start(['--max-sessions-per-user', '1']);
    const first = await new Follower(gateway).open();
    const second = new Follower(gateway);
    second.client.connect();
    await until(() => second.client.state === 'stopped');
    expect(second.ends).toEqual(['4429 user-limit']);
    expect(first.client.state).toBe('open');
    first.client.detach();
    await second.open();
    expect(first.ends).toEqual([]);
  });

  it('FM-87 mounted twice and connected ten times in a second has one session and two attempts', async () => {
    const gateway = await start();
    const follower = new Follower(gateway);
    const endsAt = performance.now() + 900;
    while (performance.now() < endsAt) {
      follower.client.connect();
      follower.client.connect();
      await delay(60);
      follower.client.detach();
      await delay(20);
    }
    expect(follower.sockets).toBeLessThanOrEqual(2);
    await follower.open();
    expect(await gateway.count('ann')).toBe(1);
  });

  it('is told when its own token is of no use, and does not come back with it', async () => {
    const gateway = await start();
    const errors: string[] = [];
    const follower = new Follower(gateway, { token: 'no.good.token' });
    follower.client.on('error', ({ code }) => void errors.push(code));
    follower.client.connect();
    await until(() => follower.client.state === 'stopped');
    expect(follower.ends).toContain('4401 unauthorized');
    expect(errors).toEqual(['unauthorized']);
    expect(follower.sockets).toBe(1);
  });
});

describe('a client at the limit of a gateway that asks', () => {
  it('I1 I3 is asked which session is to end, names one, and is in; the other stops for good', async () => {
    const gateway = await start(['--on-limit', 'ask', '--max-sessions-per-user', '1']);
    const first = await new Follower(gateway).open();
    const asked: LimitReached[] = [];
    const second = new Follower(gateway, {
      onLimit: (reached) => {
        asked.push(reached);
        return reached.sessions[0]?.session ?? null;
      },
    });
    await second.open();
    expect(asked).toMatchObject([{ limit: 1, sessions: [{}] }]);
    await until(() => first.client.state === 'stopped');
    expect(first.ends).toEqual(['4409 evicted']);
    expect([first.sockets, second.sockets]).toEqual([1, 1]);
  });

  it('stops without another attempt when its user chooses none', async () => {
    const gateway = await start(['--on-limit', 'ask', '--max-sessions-per-user', '1']);
    const first = await new Follower(gateway).open();
    const second = new Follower(gateway, { onLimit: () => null });
    second.client.connect();
    await until(() => second.client.state === 'stopped');
    expect(first.client.state).toBe('open');
    expect(second.sockets).toBe(1);
  });
});
