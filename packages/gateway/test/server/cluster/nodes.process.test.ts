import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type House, callApi, until } from '../gateway/house.ts';
import {
  call,
  clientOf,
  dataOf,
  endCluster,
  eventually,
  memoryOf,
  outcomeOf,
  startCluster,
} from './cluster-house.ts';

let houses: readonly House[];
beforeAll(async () => {
  ({ houses } = await startCluster(3));
});
afterAll(endCluster);

const at = (index: number): House => houses[index % houses.length] as House;

describe('three gateways on one Redis', () => {
  it('I1 50 who come at once to all of them: exactly five get in, and all nodes say so', async () => {
    for (let round = 0; round < 4; round += 1) {
      const user = `crowd-${round}`;
      const clients = Array.from({ length: 50 }, (_, index) => clientOf(at(index), user));
      const outcomes = await Promise.all(clients.map(outcomeOf));
      expect(outcomes.filter((outcome) => outcome === 'ready')).toHaveLength(5);
      expect(new Set(outcomes.filter((outcome) => outcome !== 'ready')).size).toBeGreaterThan(0);
      for (const house of houses) {
        const { count, limit, silent } = await call(house, 'GET', `/users/${user}/sessions`);
        expect([count, limit, silent]).toEqual([5, 5, []]);
      }
      for (const { ws } of clients) ws.terminate();
    }
  });

  it('I4 what is published on one of them reaches the sessions on all, in order', async () => {
    const clients = houses.map((house) => clientOf(house, 'reader'));
    await Promise.all(clients.map((client) => client.ready()));
    for (let number = 0; number < 12; number += 1)
      await call(at(number), 'POST', '/users/reader/events', { event: 'n', data: number });
    const all = Array.from({ length: 12 }, (_, number) => number);
    for (const client of clients) {
      await until(() => dataOf(client).length === 12);
      expect(dataOf(client)).toEqual(all);
    }
    const [first] = await Promise.all(clients.map((client) => client.ready()));
    const session = String(first?.['session']);
    await call(at(1), 'POST', '/users/reader/events', { event: 'one', data: 'own', session });
    await until(() => dataOf(clients[0]!).includes('own'));
    const waited = await call(at(2), 'POST', '/users/reader/events?wait=5s', { event: 'last' });
    expect(waited).toMatchObject({ outcome: 'delivered', sessions: 3 });
    expect(clients.map((client) => dataOf(client).includes('own'))).toEqual([true, false, false]);
    const stranger = { event: 'x', session: session.replace(/\d$/, '0') };
    const nobody = await callApi(at(1), 'POST', '/api/v1/users/other/events', stranger);
    expect([nobody.status, nobody.body['code']]).toEqual([404, 'unknown-session']);
    const told = await call(at(1), 'POST', '/broadcast', { event: 'all', data: 'everybody' });
    expect(told['outcome']).toBe('queued');
    for (const client of clients) await until(() => dataOf(client).includes('everybody'));
    for (const { ws } of clients) ws.terminate();
  });

  it('I3 a client resumes on another node while its old connection is half-open: superseded, nothing twice', async () => {
    const old = clientOf(at(0), 'mover');
    await call(at(1), 'POST', '/users/mover/events', { event: 'n', data: 1 });
    await until(() => dataOf(old).length === 1);
    const memory = await memoryOf(old);
    old.ws.pause();
    await call(at(2), 'POST', '/users/mover/events', { event: 'n', data: 2 });
    const back = clientOf(at(1), 'mover', memory);
    expect(await back.ready()).toMatchObject({
      resume: { outcome: 'replayed', replayed: 1 },
      sessions: 1,
    });
    await until(() => dataOf(back).length === 1);
    expect(dataOf(back)).toEqual([2]);
    old.ws.resume();
    expect(await old.closed).toMatchObject({ code: 4409 });
    const { count } = await call(at(2), 'GET', '/users/mover/sessions');
    expect(count).toBe(1);
    back.ws.terminate();
  });

  it('lists sessions of all nodes, or of one, and closes any of them', async () => {
    const clients = houses.map((house) => clientOf(house, 'listed'));
    await Promise.all(clients.map((client) => client.ready()));
    const all = await call(at(0), 'GET', '/sessions?sort=-openedAt&limit=1000');
    const listed = (all['sessions'] as { id: string; user: string; node: string }[]).filter(
      ({ user }) => user === 'listed',
    );
    const names = houses.map((house) => house.layer.node);
    expect(listed.map(({ node }) => node).toSorted()).toEqual(names.toSorted());
    const own = await call(at(0), 'GET', '/sessions?scope=node');
    const nodes = new Set((own['sessions'] as { node: string }[]).map(({ node }) => node));
    expect([...nodes]).toEqual([at(0).layer.node]);
    const far = listed.find(({ node }) => node === at(2).layer.node);
    expect((await callApi(at(0), 'DELETE', `/api/v1/sessions/${far?.id}`)).status).toBe(204);
    expect(await clients[2]?.closed).toMatchObject({ code: 4499 });
    expect((await callApi(at(0), 'DELETE', `/api/v1/sessions/${far?.id}`)).status).toBe(404);
    const reaped = await call(at(1), 'POST', '/users/listed/sessions:reap');
    expect(reaped).toEqual({ reaped: [], kept: 2, failed: [], silent: [] });
    const closed = await call(at(2), 'POST', '/users/listed/sessions:close');
    expect(closed['closed']).toHaveLength(2);
    await Promise.all(clients.map((client) => client.closed));
  });

  it('counts for all of them, or for one', async () => {
    const client = clientOf(at(0), 'counted');
    await client.ready();
    const all = await call(at(1), 'GET', '/stats');
    expect([all['nodes'], all['silent']]).toEqual([3, []]);
    const parts = await Promise.all(houses.map((house) => call(house, 'GET', '/stats?scope=node')));
    expect(parts.map((part) => part['nodes'])).toEqual([1, 1, 1]);
    const sum = parts.reduce((total, part) => total + Number(part['managers_active']), 0);
    expect([all['managers_active'], sum]).toEqual([1, 1]);
    client.ws.terminate();
  });

  it('A12 a limit set on one of them is in force on all', async () => {
    const clients = houses.map((house) => clientOf(house, 'bounded'));
    await Promise.all(clients.map((client) => client.ready()));
    const set = await call(at(0), 'PUT', '/users/bounded/limit', { limit: 3 });
    expect(set).toEqual({ user: 'bounded', limit: 3 });
    expect(await outcomeOf(clientOf(at(1), 'bounded'))).toBe('4429 {"r":"user-limit"}');
    await call(at(2), 'PUT', '/users/bounded/limit', { limit: 4 });
    const fourth = clientOf(at(1), 'bounded');
    expect(await outcomeOf(fourth)).toBe('ready');
    const lifted = await call(at(0), 'PUT', '/users/bounded/limit', { limit: null });
    expect(lifted['limit']).toBe(5);
    for (const { ws } of [...clients, fourth]) ws.terminate();
  });

  it('a revocation is in force on every node within a second, and tells whom it has ended', async () => {
    const clients = houses.map((house) => clientOf(house, 'revoked'));
    await Promise.all(clients.map((client) => client.ready()));
    const startedAt = performance.now();
    const { closed } = await call(at(1), 'POST', '/users/revoked:revoke', { reason: 'stolen' });
    expect(closed).toHaveLength(3);
    const ends = await Promise.all(clients.map((client) => client.closed));
    expect(ends.map(({ code }) => code)).toEqual([4401, 4401, 4401]);
    for (const house of houses)
      expect(await outcomeOf(clientOf(house, 'revoked'))).toBe('4401 {"r":"unauthorized"}');
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });

  it('rows and sessions agree in the end: no drift', async () => {
    await eventually(async () => {
      const texts = await Promise.all(
        houses.map(async ({ url }) => await (await fetch(`${url}/metrics`)).text()),
      );
      return texts.every((text) => /^holdfast_registry_drift 0$/m.test(text));
    });
    for (const house of houses) {
      const { status, body } = await callApi(house, 'GET', '/healthz');
      expect([status, body['status'], body['faults']]).toEqual([200, 'ok', []]);
    }
  });
});
