import { UsageError } from 'holdfast';
import { beforeEach, describe, expect, it } from 'vitest';
import { allRoutes } from '../../../src/server/api/app.ts';
import { defineRoute } from '../../../src/server/api/define-route.ts';
import type { Route } from '../../../src/server/api/route.ts';
import { Desk } from './desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

/** The contract's list of what this gateway has. */
const contract = `
POST /api/v1/users/{user}/events
GET /api/v1/users/{user}/sessions
POST /api/v1/users/{user}/sessions:reap
POST /api/v1/users/{user}/sessions:close
POST /api/v1/users/{user}:revoke
PUT /api/v1/users/{user}/limit
GET /api/v1/sessions
POST /api/v1/sessions:reap
DELETE /api/v1/sessions/{id}
POST /api/v1/broadcast
GET /api/v1/nodes
POST /api/v1/nodes/{node}:drain
GET /api/v1/rollout
PUT /api/v1/rollout
POST /api/v1/rollout:back
GET /api/v1/stats
GET /healthz
GET /readyz
GET /metrics
GET /openapi.json
GET /ws
GET /`
  .trim()
  .split('\n');

const bodies = new Map<string, unknown>([
  ['/api/v1/users/{user}/events', { event: 'x' }],
  ['/api/v1/users/{user}/limit', { limit: 3 }],
  ['/api/v1/broadcast', { event: 'x' }],
  ['/api/v1/rollout', { percent: 10, reason: 'a try' }],
]);

const routes = allRoutes('1');
const nameOf = ({ method, path }: { method: string; path: string }): string => `${method} ${path}`;
const concrete = (path: string): string =>
  path.replace('{user}', 'bob').replace('{id}', 's-1').replace('{node}', 'n1');

function throwing(error: Error): Route {
  return defineRoute({
    method: 'GET',
    path: '/api/v1/broken',
    summary: '',
    answers: {},
    handle: () => {
      throw error;
    },
  });
}

describe('the routes', () => {
  it('are those of the contract', () => {
    expect(routes.map(nameOf).toSorted()).toEqual(contract.toSorted());
  });

  it('are all in /openapi.json, and nothing else is', async () => {
    const { body } = await desk.call('GET', '/openapi.json', undefined, '');
    const described = Object.entries(body['paths'] as Record<string, object>).flatMap(
      ([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(described.toSorted()).toEqual(contract.toSorted());
    expect(body).toMatchObject({ openapi: '3.1.0', info: { version: '9.9.9' } });
  });

  it('are all served, each under its own pattern', async () => {
    const codes = await Promise.all(
      routes.map(async (route) => {
        const { body } = await desk.call(route.method, concrete(route.path), {});
        return body['code'];
      }),
    );
    expect(codes).not.toContain('not-found');
    expect(codes).not.toContain('method-not-allowed');
  });

  it.each(routes.map((route) => [nameOf(route), route] as const))(
    '%s answers what its description says',
    async (_, route) => {
      desk.connect('bob', 'laptop');
      const body = bodies.get(route.path) ?? {};
      const answer = await desk.call(route.method, concrete(route.path), body);
      const described = [...Object.keys(route.answers).map(Number), ...route.problems];
      expect(described).toContain(answer.status);
      const schema = route.answers[answer.status]?.schema;
      expect(schema === undefined || schema.safeParse(answer.body).success).toBe(true);
    },
  );
});

describe('the admin token', () => {
  it.each(routes.map((route) => [nameOf(route), route] as const))(
    '%s asks for it in the API, and nowhere else',
    async (_, route) => {
      const isOpen = !route.path.startsWith('/api/');
      expect(route.access).toBe(isOpen ? 'open' : 'admin');
      const { status, headers } = await desk.call(route.method, concrete(route.path), {}, '');
      expect(status === 401).toBe(!isOpen);
      expect(headers.get('www-authenticate')).toBe(isOpen ? null : 'Bearer realm="holdfast"');
    },
  );

  it('G15 that is wrong is answered like one that is missing, for any user and session', async () => {
    desk.connect('known');
    const paths = ['/api/v1/users/known/sessions', '/api/v1/users/unknown/sessions'];
    const answers = await Promise.all(
      paths.flatMap((path) => [
        desk.call('GET', path, undefined, 'wrong'),
        desk.call('GET', path, undefined, ''),
      ]),
    );
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
  });

  it('is checked before anything of the request is read', async () => {
    const { status } = await desk.call('POST', '/api/v1/users/%ff/events', '{{{', 'wrong');
    expect(status).toBe(401);
  });
});

describe('what cannot be served', () => {
  it('is a problem with a code, in its own media type, never cached', async () => {
    const { status, headers, body } = await desk.call('GET', '/nowhere');
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(body).toEqual({
      type: 'urn:holdfast:problem:not-found',
      title: 'Not Found',
      status: 404,
      detail: 'Expected a path of this API: see /openapi.json.',
      code: 'not-found',
    });
  });

  it.each([
    ['PATCH', '/api/v1/users/bob/sessions', 'GET, HEAD'],
    ['GET', '/api/v1/users/bob/events', 'POST'],
    ['POST', '/api/v1/sessions/s-1', 'DELETE'],
    ['POST', '/metrics', 'GET, HEAD'],
    ['GET', '/api/v1/users/bob:revoke', 'POST'],
  ])('%s %s is 405 and says %s', async (method, path, allow) => {
    const { status, headers, body } = await desk.call(method, path);
    expect([status, headers.get('allow'), body['code']]).toEqual([
      405,
      allow,
      'method-not-allowed',
    ]);
  });

  it.each([
    '/api/v1/nodes/n1:frobnicate',
    '/api/v1/rollout:forth',
    '/api/v1/users/bob/why',
    '/api/v1/users/bob:frobnicate',
    '/api/v1/users/:revoke',
    '/api/v1/sessions/',
    '/api/v1/users//sessions',
    '//api/v1/stats',
    '/api%2Fv1/stats',
  ])('%s is 404', async (path) => {
    expect((await desk.call('POST', path, {})).status).toBe(404);
  });

  it('HEAD is answered like GET, without a body', async () => {
    const { status, text } = await desk.call('HEAD', '/healthz', undefined, '');
    expect([status, text]).toEqual([200, '']);
  });

  it('I6 a handler that throws is 500, told as a fault, and says nothing of the inside', async () => {
    desk = new Desk({}, [throwing(new Error('secret inside'))]);
    const { status, text } = await desk.call('GET', '/api/v1/broken');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(desk.thrown).toEqual([new Error('secret inside')]);
  });
});

describe('I6 what the library refuses', () => {
  it.each([
    ['bad-user', 400],
    ['bad-event', 400],
    ['bad-limit', 400],
    ['bad-state', 409],
  ] as const)('as %s is %d with its text, and no fault of ours', async (code, status) => {
    desk = new Desk({}, [throwing(new UsageError(code, 'Expected this. Do that.'))]);
    const answer = await desk.call('GET', '/api/v1/broken');
    expect(answer).toMatchObject({ status, body: { code, detail: 'Expected this. Do that.' } });
    expect(desk.thrown).toEqual([]);
  });

  it('that no request can cause is ours: 500, told as a fault', async () => {
    const error = new UsageError('bad-socket', 'secret inside');
    desk = new Desk({}, [throwing(error)]);
    const { status, text } = await desk.call('GET', '/api/v1/broken');
    expect(status).toBe(500);
    expect(text).not.toContain('secret');
    expect(desk.thrown).toEqual([error]);
  });
});

describe('A11 I8 the user of a path', () => {
  it.each([
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['a:b', 'a:b'],
    ['a%3Ab', 'a:b'],
    ['a%2Fb', 'a/b'],
    ['a%0Ab', 'a\nb'],
    ['a%252Fb', 'a%2Fb'],
    ['a%3Frevoke', 'a?revoke'],
    ['x:revoke', 'x:revoke'],
    ['%F0%9F%94%A5', '🔥'],
    ['~Lg', '.'],
    ['~Li4', '..'],
  ])('%s is exactly %j', async (segment, userId) => {
    desk.connect(userId);
    const { status, body } = await desk.call('GET', `/api/v1/users/${segment}/sessions`);
    expect([status, body['user'], body['count']]).toEqual([200, userId, 1]);
  });

  it('before :revoke ends at the last colon that is not encoded', async () => {
    desk.connect('a:b');
    desk.connect('a');
    const { body } = await desk.call('POST', '/api/v1/users/a:b:revoke', {});
    expect(body['closed']).toEqual([]);
    expect((await desk.call('POST', '/api/v1/users/a%3Ab%3Arevoke', {})).status).toBe(404);
  });
});
