import { beforeEach, describe, expect, it } from 'vitest';
import { Desk } from './desk.ts';

let desk: Desk;
beforeEach(() => {
  desk = new Desk();
});

describe('G13 C15 hostile bodies, queries and paths', () => {
  const events = '/api/v1/users/bob/events';

  it.each([
    ['not JSON', '{"event":', 'bad-json'],
    ['no object', '[1]', 'bad-json'],
    ['no event', '{}', 'bad-body'],
    ['a wrong event', '{"event":5}', 'bad-body'],
    ['an empty event', '{"event":""}', 'bad-body'],
    ['a long event', JSON.stringify({ event: 'x'.repeat(257) }), 'bad-body'],
    ['an unknown name', '{"event":"x","sesion":"y"}', 'bad-body'],
    ['a prototype', '{"event":"x","__proto__":{"polluted":1}}', 'bad-body'],
    ['a constructor', '{"event":"x","constructor":{"prototype":{"polluted":1}}}', 'bad-body'],
    ['a time to live that is none', '{"event":"x","ttl":"soon"}', 'bad-body'],
    ['deep nesting', `{"event":"x","data":${'['.repeat(100_000)}`, 'bad-json'],
    [
      'very many keys',
      `{${Array.from({ length: 80_000 }, (_, i) => `"k${i}":1`).join()}}`,
      'bad-body',
    ],
  ])('%s is 400 and nothing is published', async (_, body, code) => {
    const { status, body: problem, text } = await desk.call('POST', events, body);
    expect([status, problem['code']]).toEqual([400, code]);
    expect(text).not.toMatch(/polluted|sesion|k79/);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect(desk.metrics.published).toBe(0);
  });

  it('a body over 1 MB is 413', async () => {
    const { status } = await desk.call('POST', events, { event: 'x', data: 'y'.repeat(1_048_577) });
    expect(status).toBe(413);
  });

  it('data with dangerous names arrives as it was sent, and is inert', async () => {
    const socket = desk.connect('bob');
    const data = '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}';
    await desk.call('POST', events, `{"event":"x","data":${data}}`);
    expect(socket.written.at(-1)).toContain(`"data":${data}`);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it.each([
    ['nowhere=1', 'Expected the query to have no other names than `wait`.'],
    [
      'wait=long',
      'Expected `wait` of the query to be how long to wait for what becomes of the event: a duration up to 60s, such as 5s.',
    ],
  ])('a query ?%s of events is 400 and says why', async (query, detail) => {
    const { status, body } = await desk.call('POST', `${events}?${query}`, { event: 'x' });
    expect([status, body['detail']]).toEqual([400, detail]);
  });

  it.each(['tttl', 'sesion'])(
    'a body with a name %s of nothing is told which there are',
    async (name) => {
      const { body } = await desk.call('POST', events, { event: 'x', [name]: '5s' });
      expect(body['detail']).toBe(
        'Expected the body to have no other names than `event`, `data`, `critical`, `id`, `session`, `ttl`.',
      );
      const { body: document } = await desk.call('GET', '/openapi.json', undefined, '');
      expect(JSON.stringify(document)).not.toContain(`"${name}"`);
    },
  );

  it.each([
    'limit=0',
    'limit=1001',
    'limit=x',
    'limit=',
    'limit=1&limit=2',
    'limit=1.5',
    'limit=1e2',
    'limit=0x10',
    'limit=%205',
    'limit=5%20',
    'limit=%2B5',
    'limit=-5',
    'limit=true',
    'limit=%D9%A3',
    'state=dead',
    'sort=user',
    'scope=all',
    '__proto__=1',
  ])('a query ?%s of sessions is 400', async (query) => {
    const { status, body } = await desk.call('GET', `/api/v1/sessions?${query}`);
    expect([status, body['code']]).toEqual([400, 'bad-query']);
  });

  it.each(['%ff', '%', '%zz', '~!', '~_w', 'x'.repeat(257)])(
    'a user %s is 400',
    async (segment) => {
      const { status, body } = await desk.call('GET', `/api/v1/users/${segment}/sessions`);
      expect([status, body['code']]).toEqual([400, 'bad-user']);
    },
  );
});
