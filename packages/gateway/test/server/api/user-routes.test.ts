import { beforeEach, describe, expect, it } from 'vitest';
import { Desk, mostRevocations } from './desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

const idsOf = (userId: string): string[] => desk.layer.sessionsOf(userId).map(({ id }) => id);

describe('GET sessions of a user', () => {
  it('lists views, oldest first, with limit, total and the waiting', async () => {
    desk.connect('u', 'laptop');
    desk.clock.advance(1000);
    desk.connect('u');
    const { body } = await desk.call('GET', '/api/v1/users/u/sessions?limit=1');
    expect(body).toMatchObject({ user: 'u', limit: 5, count: 2, waiting: 0 });
    expect(body['sessions']).toEqual([
      {
        id: idsOf('u')[0],
        node: 'n1',
        state: 'live',
        device: 'laptop',
        openedAt: desk.clock.epochMs() - 1000,
        lastInboundMs: 1000,
        pingOutMs: null,
        unconfirmedBytes: expect.any(Number) as number,
        offset: 0,
        acked: 0,
      },
    ]);
  });

  it('I9 FM-34 changes nothing, however often it is asked', async () => {
    desk.connect('u');
    desk.clock.advance(5000);
    const first = await desk.call('GET', '/api/v1/users/u/sessions');
    for (let count = 0; count < 20; count += 1) await desk.call('GET', '/api/v1/users/u/sessions');
    expect((await desk.call('GET', '/api/v1/users/u/sessions')).text).toBe(first.text);
  });
});

describe('reaping and closing', () => {
  it('FM-66 reap ends the dead of the user only, close the living too', async () => {
    const sockets = [1, 2, 3].map(() => desk.connect('u'));
    desk.connect('v');
    sockets[0]!.claimed = 'closed';
    const dead = idsOf('u')[0];
    const reaped = await desk.call('POST', '/api/v1/users/u/sessions:reap');
    expect(reaped.body).toEqual({
      reaped: [{ id: dead, cause: 'transport-closed' }],
      kept: 2,
      failed: [],
      silent: [],
    });
    const [kept, ended] = idsOf('u');
    const closed = await desk.call('POST', '/api/v1/users/u/sessions:close', {
      exclude: [kept],
      reason: 'tidy\nup',
    });
    expect(closed.body).toEqual({ closed: [ended], silent: [] });
    expect(sockets[2]!.closes).toEqual([{ code: 4499, reason: '{"r":"admin"}' }]);
    expect((await desk.call('POST', '/api/v1/users/u/sessions:close')).body).toEqual({
      closed: [kept],
      silent: [],
    });
    expect((await desk.call('POST', '/api/v1/users/u/sessions:close')).body).toEqual({
      closed: [],
      silent: [],
    });
    expect(desk.layer.count('v')).toBe(1);
  });

  it('FM-65 reap of all tells what it ended, then nothing', async () => {
    for (const userId of ['a', 'b', 'c'])
      desk.connect(userId).claimed = userId === 'c' ? null : 'closed';
    const first = await desk.call('POST', '/api/v1/sessions:reap');
    expect([(first.body['reaped'] as unknown[]).length, first.body['kept']]).toEqual([2, 1]);
    const second = await desk.call('POST', '/api/v1/sessions:reap');
    expect([(second.body['reaped'] as unknown[]).length, second.body['kept']]).toEqual([0, 1]);
  });

  it('DELETE ends one session, once', async () => {
    const socket = desk.connect('u');
    const [id] = idsOf('u');
    expect((await desk.call('DELETE', `/api/v1/sessions/${id}`)).status).toBe(204);
    expect(socket.closes).toEqual([{ code: 4499, reason: '{"r":"admin"}' }]);
    const again = await desk.call('DELETE', `/api/v1/sessions/${id}`);
    const never = await desk.call('DELETE', '/api/v1/sessions/never-was');
    expect([again.status, again.text]).toEqual([404, never.text]);
  });
});

describe('PUT limit', () => {
  const path = '/api/v1/users/u/limit';

  it('A12 ends nobody when lowered, and lets in at once when raised or lifted', async () => {
    for (let count = 0; count < 5; count += 1) desk.connect('u');
    expect((await desk.call('PUT', path, { limit: 3 })).body).toEqual({ user: 'u', limit: 3 });
    expect(desk.layer.count('u')).toBe(5);
    expect((await desk.call('PUT', path, { limit: 6 })).status).toBe(200);
    desk.connect('u');
    expect(desk.layer.count('u')).toBe(6);
    expect((await desk.call('PUT', path, { limit: null })).body).toEqual({ user: 'u', limit: 5 });
  });

  it.each([0, 1001, 1.5, '5', undefined, true])('%j is 400', async (limit) => {
    const { status, body } = await desk.call('PUT', path, { limit });
    expect([status, body['code']]).toEqual([400, 'bad-body']);
    expect(desk.layer.limitOf('u')).toBe(5);
  });
});

describe('I12 what is full says so', () => {
  it('PUT limit: a user too many with a limit of their own is 409, and no fault of ours', async () => {
    for (let count = 0; count < 100_000; count += 1) desk.layer.setLimit(`u${count}`, 3);
    const { status, body } = await desk.call('PUT', '/api/v1/users/extra/limit', { limit: 3 });
    expect([status, body['code']]).toEqual([409, 'bad-state']);
    expect(body['detail']).toContain('Lift one first');
    expect(desk.layer.limitOf('extra')).toBe(5);
    expect(desk.thrown).toEqual([]);
    expect((await desk.call('PUT', '/api/v1/users/u7/limit', { limit: 4 })).status).toBe(200);
  });

  it.each([{}, { jti: 'j' }])(
    'POST revoke %j: one too many is 409, and nothing is done',
    async (order) => {
      const socket = desk.connect('extra');
      for (let count = 0; count < mostRevocations; count += 1) {
        expect((await desk.call('POST', `/api/v1/users/u${count}:revoke`, order)).status).toBe(200);
      }
      const { status, headers, body } = await desk.call(
        'POST',
        '/api/v1/users/extra:revoke',
        order,
      );
      expect(headers.get('content-type')).toBe('application/problem+json');
      expect([status, body['code']]).toEqual([409, 'bad-state']);
      expect(body['detail']).toContain('Nothing was revoked.');
      expect(socket.closes).toEqual([]);
      expect(desk.thrown).toEqual([]);
      desk.clock.stall(30 * 24 * 3_600_000);
      expect((await desk.call('POST', '/api/v1/users/extra:revoke', order)).status).toBe(200);
    },
  );
});

describe('GET sessions of all users', () => {
  it('filters, sorts and limits; the count is of all that match', async () => {
    for (const [index, userId] of ['a', 'b', 'c'].entries()) {
      desk.connect(userId);
      desk.clock.advance(100 + index);
    }
    desk.layer.open({ userId: 'd' });
    const users = async (query: string): Promise<unknown> => {
      const { body } = await desk.call('GET', `/api/v1/sessions?${query}`);
      const list = body['sessions'] as { user: string }[];
      return [body['count'], list.map(({ user }) => user).join('')];
    };
    expect(await users('state=live&sort=openedAt')).toEqual([3, 'abc']);
    expect(await users('state=live&sort=-openedAt&limit=2')).toEqual([3, 'cb']);
    expect(await users('state=opening')).toEqual([1, 'd']);
    expect(await users('state=live&sort=-lastInboundMs&limit=1')).toEqual([3, 'a']);
    expect(await users('limit=4&scope=cluster')).toEqual([4, 'abcd']);
  });
});

describe('GET stats', () => {
  it('FM-68 FM-69 equals a recount', async () => {
    for (const userId of ['a', 'a', 'a', 'b', 'c']) desk.connect(userId);
    await desk.call('POST', '/api/v1/users/b/sessions:close');
    const { body } = await desk.call('GET', '/api/v1/stats?scope=node');
    expect(body).toMatchObject({
      managers_active: [...desk.layer.sessions()].length,
      managers_created: 5,
      managers_cleaned_up: 1,
      max_concurrent_managers: 5,
      average_managers_per_user: 2,
      environment: 'production',
      cleanup_interval_ms: 300_000,
      background_cleanup_task_started: true,
    });
  });
});

describe('health', () => {
  it('FM-71 is ok with users at their limit, degraded without the sweep, failed without a port', async () => {
    for (let count = 0; count < 5; count += 1) desk.connect('u');
    const health = async (): Promise<unknown[]> => {
      const { status, body } = await desk.call('GET', '/healthz', undefined, '');
      return [status, body['status']];
    };
    expect(await health()).toEqual([200, 'ok']);
    desk.faults.hold('memory', new Error('90 % are in use'));
    expect(await health()).toEqual([200, 'degraded']);
    desk.isListening = false;
    expect(await health()).toEqual([503, 'failed']);
  });

  it('I6 lists what stands, since when, and what to do', async () => {
    desk.layer.reportFault('sweep', new Error('no'));
    desk.faults.hold('keys', new Error('x'.repeat(500)));
    desk.clock.advance(1000);
    const { body } = await desk.call('GET', '/healthz', undefined, '');
    const now = desk.clock.epochMs();
    expect(body['cleanup']).toEqual({
      running: true,
      lastRunMsAgo: null,
      intervalMs: 300_000,
      failures: 0,
    });
    const [sweep, keys] = body['faults'] as Record<string, unknown>[];
    expect(sweep).toMatchObject({ where: 'sweep', since: now - 1000, error: 'Error: no' });
    expect(keys).toMatchObject({ where: 'keys', since: now - 1000 });
    expect(String(keys?.['error'])).toHaveLength(200);
    expect(String(keys?.['do'])).toContain('--jwks-url');
  });

  it('is ready, or says why not', async () => {
    expect((await desk.call('GET', '/readyz', undefined, '')).status).toBe(200);
    for (const readiness of ['starting', 'draining'] as const) {
      desk.readiness = readiness;
      const { status, body } = await desk.call('GET', '/readyz', undefined, '');
      expect([status, body['code']]).toEqual([503, readiness]);
    }
  });
});

describe('the entrance', () => {
  it('says where to find what, and that a WebSocket needs an upgrade', async () => {
    const root = await desk.call('GET', '/', undefined, '');
    expect([root.status, root.headers.get('content-type')]).toEqual([
      200,
      'text/plain; charset=utf-8',
    ]);
    expect(root.text).toContain('/openapi.json');
    const { status, body } = await desk.call('GET', '/ws', undefined, '');
    expect([status, body['code']]).toEqual([426, 'upgrade-required']);
  });
});
