import { beforeEach, describe, expect, it } from 'vitest';
import { adminToken, type Answer, Desk } from './desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

const idsOf = (userId: string): string[] => desk.layer.sessionsOf(userId).map(({ id }) => id);

describe('POST events', () => {
  const path = '/api/v1/users/u/events';

  it('publishes to all sessions of the user and answers what is true now', async () => {
    const [a, b, other] = [desk.connect('u'), desk.connect('u'), desk.connect('v')];
    const { status, body } = await desk.call('POST', path, {
      event: 'x',
      data: { n: 1 },
      critical: true,
    });
    expect(status).toBe(202);
    expect(body).toEqual({ epoch: 'n1', offset: 1, sessions: 2, outcome: 'queued' });
    for (const socket of [a, b]) {
      expect(socket.frames.at(-1)).toMatchObject({
        type: 'event',
        offset: 1,
        event: 'x',
        data: { n: 1 },
        critical: true,
      });
    }
    expect(other.frames.map(({ type }) => type)).toEqual(['ready']);
  });

  it('G15 answers alike for a user nobody has heard of', async () => {
    const { status, body } = await desk.call('POST', '/api/v1/users/nobody/events', { event: 'x' });
    expect([status, body['sessions'], body['outcome']]).toEqual([202, 0, 'queued']);
  });

  it('publishes a repeated id once and answers the same', async () => {
    const socket = desk.connect('u');
    const first = await desk.call('POST', path, { event: 'x', id: 'order-1' });
    const again = await desk.call('POST', path, { event: 'x', id: 'order-1' });
    expect(again.body).toEqual(first.body);
    expect(socket.frames.filter(({ type }) => type === 'event')).toHaveLength(1);
  });

  it('reaches one session only when told so', async () => {
    const [a, b] = [desk.connect('u'), desk.connect('u')];
    const { status } = await desk.call('POST', path, { event: 'x', session: idsOf('u')[0] });
    expect(status).toBe(202);
    expect(a.frames.at(-1)).toMatchObject({ type: 'event' });
    expect(b.frames.at(-1)).toMatchObject({ type: 'ready' });
  });

  it('I8 answers 404 for a session that is over, never was, or is of another user', async () => {
    desk.connect('u');
    desk.connect('v');
    const answers = await Promise.all(
      ['n1-9-9', 'nonsense', idsOf('v')[0]].map((session) =>
        desk.call('POST', path, { event: 'x', session }),
      ),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]).toMatchObject({ status: 404, body: { code: 'unknown-session' } });
  });

  it('says overflow of an event that no log can hold', async () => {
    desk = new Desk({ historyBytes: 1024 });
    const { status, body } = await desk.call('POST', path, { event: 'x', data: 'y'.repeat(2000) });
    expect([status, body['outcome']]).toEqual([202, 'overflow']);
  });

  it('I6 a broadcast says overflow of what no log can hold, and counts nobody', async () => {
    desk = new Desk({ historyBytes: 1024 });
    const socket = desk.connect('u');
    const broadcast = async (data: string): Promise<unknown> =>
      (await desk.call('POST', '/api/v1/broadcast', { event: 'x', data })).body;
    const large = await broadcast('y'.repeat(2000));
    expect(large).toEqual({ users: 0, sessions: 0, outcome: 'overflow' });
    const small = await broadcast('y');
    expect(small).toEqual({ users: 1, sessions: 1, outcome: 'queued' });
    expect(socket.frames.filter(({ type }) => type === 'event')).toHaveLength(1);
  });

  it('B8 is refused with a time to come back while the memory is nearly full', async () => {
    desk.overloadRetryMs = 1500;
    for (const route of [path, '/api/v1/broadcast']) {
      const { status, headers, body } = await desk.call('POST', route, { event: 'x' });
      expect([status, headers.get('retry-after'), body['code']]).toEqual([503, '2', 'overload']);
    }
    expect(desk.metrics.published).toBe(0);
  });
});

describe('POST events with wait or ttl', () => {
  const path = '/api/v1/users/u/events';

  /** Calls, lets time pass, and tells what was answered by then. */
  async function callAndPass(
    query: string,
    body: Readonly<Record<string, unknown>>,
    ms: number,
  ): Promise<Pick<Answer, 'status' | 'body'>> {
    const answer = desk.call('POST', `${path}${query}`, { event: 'x', ...body });
    await new Promise((resolve) => setImmediate(resolve));
    desk.clock.advance(ms);
    const { status, body: told } = await answer;
    return { status, body: told };
  }

  it('answers 200 with delivered once a client has confirmed', async () => {
    desk.connect('u');
    const answer = await callAndPass('?wait=5s', {}, 100);
    const body = { epoch: 'n1', offset: 1, sessions: 1, outcome: 'delivered' };
    expect(answer).toEqual({ status: 200, body });
  });

  it.each([
    ['queued, when the wait ends before anything is known', '?wait=1500ms', {}, 'queued'],
    ['queued at once, with no time to wait', '?wait=0', {}, 'queued'],
    ['expired, when the ttl ends before', '?wait=5000', { ttl: '1s' }, 'expired'],
    ['expired also of a ttl in milliseconds', '?wait=5s', { ttl: 1000 }, 'expired'],
  ])('answers 200 with %s', async (_what, query, body, outcome) => {
    const answer = await callAndPass(query, body, 2000);
    expect(answer).toMatchObject({ status: 200, body: { outcome, sessions: 0 } });
  });

  it('answers 200 with overflow when the event is pushed out, or does not fit at all', async () => {
    desk = new Desk({ historyEvents: 1, historyBytes: 1024 });
    const first = desk.call('POST', `${path}?wait=5s`, { event: 'x' });
    await new Promise((resolve) => setImmediate(resolve));
    await desk.call('POST', path, { event: 'y' });
    expect(await first).toMatchObject({ status: 200, body: { outcome: 'overflow' } });
    const large = await desk.call('POST', `${path}?wait=5s`, {
      event: 'x',
      data: 'y'.repeat(2000),
    });
    expect(large).toMatchObject({ status: 200, body: { outcome: 'overflow' } });
  });

  it('a ttl without wait is answered 202 at once', async () => {
    const { status, body } = await desk.call('POST', path, { event: 'x', ttl: '1h' });
    expect([status, body['outcome']]).toEqual([202, 'queued']);
  });

  it('a repeated id waits for the same event, and hears at once what is known already', async () => {
    desk.connect('u');
    await callAndPass('?wait=5s', { id: 'a' }, 100);
    const { status, body } = await desk.call('POST', `${path}?wait=5s`, { event: 'x', id: 'a' });
    expect([status, body['offset'], body['outcome']]).toEqual([200, 1, 'delivered']);
  });

  it.each([
    ['?wait=61s', {}, 'bad-query'],
    ['?wait=soon', {}, 'bad-query'],
    ['?wait=-1', {}, 'bad-query'],
    ['?wait=', {}, 'bad-query'],
    ['?wait=1s&wait=2s', {}, 'bad-query'],
    ['', { ttl: 0 }, 'bad-body'],
    ['', { ttl: '0' }, 'bad-body'],
    ['', { ttl: '169h' }, 'bad-body'],
    ['', { ttl: null }, 'bad-body'],
    ['', { ttl: true }, 'bad-body'],
    ['', { ttl: 1.5 }, 'bad-body'],
  ])('answers 400 to %s %j, and publishes nothing', async (query, body, code) => {
    const { status, body: problem } = await desk.call('POST', `${path}${query}`, {
      event: 'x',
      ...body,
    });
    expect([status, problem['code']]).toEqual([400, code]);
    expect(desk.metrics.published).toBe(0);
  });

  it('I5 whoever leaves while waiting frees the place', async () => {
    const leaving = new AbortController();
    const request = desk.app.request(`http://h${path}?wait=60s`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}` },
      body: '{"event":"x"}',
      signal: leaving.signal,
    });
    await new Promise((resolve) => setImmediate(resolve));
    leaving.abort();
    const response = await request;
    expect(await response.json()).toMatchObject({ outcome: 'queued' });
  });
});
