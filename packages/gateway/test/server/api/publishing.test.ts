import { beforeEach, describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

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
