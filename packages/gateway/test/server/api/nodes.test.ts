import { beforeEach, describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

const startedAt = 1_700_000_000_000;
const own = { name: 'n1', url: 'http://h', startedAt, here: true, leaseMs: null };

describe('GET nodes', () => {
  it('lists this one, with its state and how many sessions it has', async () => {
    desk.connect('u');
    desk.connect('v');
    const { status, body } = await desk.call('GET', '/api/v1/nodes');
    expect(status).toBe(200);
    expect(body).toEqual({
      count: 1,
      nodes: [{ ...own, state: 'ready', sessions: 2 }],
    });
  });

  it('is for administrators', async () => {
    expect((await desk.call('GET', '/api/v1/nodes', undefined, '')).status).toBe(401);
    expect((await desk.call('POST', '/api/v1/nodes/n1:drain', undefined, '')).status).toBe(401);
  });
});

describe('POST drain', () => {
  it('lets this node go, and says how long that may take', async () => {
    const socket = desk.connect('u');
    const { status, body, headers } = await desk.call('POST', '/api/v1/nodes/n1:drain');
    expect([status, headers.get('connection')]).toEqual([202, 'close']);
    expect(body).toEqual({ ...own, state: 'draining', sessions: 1, withinMs: 30_000 });
    expect(socket.frames.at(-1)).toMatchObject({ type: 'drain' });
    expect((await desk.call('POST', '/api/v1/nodes/n1:drain')).status).toBe(202);
    await desk.clock.settle(200);
    expect(socket.closes).toMatchObject([{ code: 1012 }]);
    expect((await desk.call('GET', '/readyz', undefined, '')).status).toBe(503);
  });

  it.each(['n2', '', 'N1', 'n1:drain', '%6E1'])('is no order for a node %j', async (name) => {
    const { status, body } = await desk.call('POST', `/api/v1/nodes/${name}:drain`);
    expect(status).toBe(404);
    expect(['unknown-node', 'not-found']).toContain(body['code']);
    expect(desk.readiness).toBe('ready');
  });
});

describe('publishing on a node that drains', () => {
  const [event, all] = ['/api/v1/users/u/events', '/api/v1/broadcast'];

  it('I4 goes on while there are sessions, and is 503 from then on: nothing is queued for nobody', async () => {
    const socket = desk.connect('u');
    await desk.call('POST', '/api/v1/nodes/n1:drain');
    expect((await desk.call('POST', event, { event: 'late' })).body['outcome']).toBe('queued');
    await desk.clock.settle(300);
    expect(socket.frames.at(-1)).toMatchObject({ type: 'event', event: 'late' });
    for (const path of [event, all]) {
      const { status, body } = await desk.call('POST', path, { event: 'too late' });
      expect([status, body['code']]).toEqual([503, 'drained']);
    }
    expect(desk.thrown).toEqual([]);
  });
});
