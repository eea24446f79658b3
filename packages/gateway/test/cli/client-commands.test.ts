import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { createProblem } from '../../src/server/http/problem.ts';
import { parsePathUser } from '../../src/server/http/path-user.ts';
import { ADMIN, answering, ask, listen, stopServers } from './answering.ts';
import { run } from './fake-terminal.ts';

afterEach(stopServers);

const session = {
  id: 'k3-1',
  node: 'k3',
  state: 'live',
  device: null,
  // Three hours, twelve minutes and a half: told the same for as long as the test may take.
  openedAt: Date.now() - 11_550_000,
  lastInboundMs: 1500,
  pingOutMs: null,
  unconfirmedBytes: 2048,
  offset: 12,
  acked: 11,
};

describe('holdfast sessions', () => {
  it("lists a user's sessions in a table", async () => {
    const { url, seen } = await answering(200, {
      user: 'anna',
      limit: 5,
      count: 1,
      waiting: 2,
      sessions: [session],
    });
    const { status, out, err } = await ask(url, 'sessions', 'anna');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toBe(
      [
        'anna: 1 of 5 sessions, 2 waiting for a slot',
        'SESSION  STATE  DEVICE   OPEN  QUIET  PING OUT  UNCONFIRMED  OFFSET  ACKED',
        'k3-1     live   -       3h12m     1s         -        2.0kb      12     11',
        '',
      ].join('\n'),
    );
    expect(seen).toEqual([
      {
        method: 'GET',
        url: '/api/v1/users/anna/sessions',
        authorization: `Bearer ${ADMIN}`,
        body: '',
      },
    ]);
  });

  it('lists everybody, and says how many are not shown', async () => {
    const sessions = [{ ...session, user: 'anna' }];
    const { url, seen } = await answering(200, { count: 2341, sessions });
    const { out } = await ask(url, 'sessions', '--limit', '1');
    expect(out).toContain('2,341 sessions\n');
    expect(out).toMatch(/^USER\s+SESSION/m);
    expect(out).toContain('2,340 more sessions not shown');
    expect(seen[0]?.url).toBe('/api/v1/sessions?limit=1');
  });

  it('says so when there are none', async () => {
    const { url } = await answering(200, { count: 0, sessions: [] });
    expect((await ask(url, 'sessions')).out).toBe('0 sessions\n');
  });

  it("prints the gateway's own data with --json", async () => {
    const answer = { user: 'anna', limit: 5, count: 0, waiting: 0, sessions: [] };
    const { url } = await answering(200, answer);
    expect((await ask(url, 'sessions', 'anna', '--json')).out).toBe(`${JSON.stringify(answer)}\n`);
  });

  it('refuses a limit that is none, before anything is asked', async () => {
    const { url, seen } = await answering(200, {});
    const { status, err } = await ask(url, 'sessions', '--limit', 'many');
    expect(status).toBe(2);
    expect(err).toContain('Expected `--limit` to be a whole number from 1 to 1000, got `many`.');
    expect(seen).toEqual([]);
  });
});

describe('holdfast reap', () => {
  it.each([
    [[], '/api/v1/sessions:reap'],
    [['anna'], '/api/v1/users/anna/sessions:reap'],
  ])('of %j tells what was reaped and why', async (user, asked) => {
    const reaped = [
      { id: 'k3-1', cause: 'no-pong' },
      { id: 'k3-22', cause: 'open-timeout' },
    ];
    const { url, seen } = await answering(200, { reaped, kept: 1, failed: [] });
    const { status, out } = await ask(url, 'reap', ...user);
    expect(status).toBe(0);
    expect(out).toBe(
      [
        'Reaped 2 dead sessions, kept 1 living one.',
        'SESSION  CAUSE',
        'k3-1     no-pong',
        'k3-22    open-timeout',
        '',
      ].join('\n'),
    );
    expect(seen[0]).toMatchObject({ method: 'POST', url: asked });
  });
});

describe('a reap that could not look at every session', () => {
  it('tells what it did, and is status 1', async () => {
    const { url } = await answering(200, {
      reaped: [],
      kept: 1,
      failed: [{ id: 'k3-1', error: 'x' }],
    });
    const { status, out, err } = await ask(url, 'reap');
    expect({ status, out }).toEqual({
      status: 1,
      out: 'Reaped 0 dead sessions, kept 1 living one.\n',
    });
    expect(err).toContain('could not at 1 session.');
  });
});

describe('holdfast close', () => {
  it('closes all but those excluded, with a reason', async () => {
    const { url, seen } = await answering(200, { closed: ['k3-2'] });
    const flags = ['--exclude', 'k3-1', '--exclude', 'k3-9', '--reason', 'signed out'];
    const { status, out } = await ask(url, 'close', 'anna', ...flags);
    expect({ status, out }).toEqual({ status: 0, out: 'Closed 1 session of anna.\nk3-2\n' });
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/v1/users/anna/sessions:close' });
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      exclude: ['k3-1', 'k3-9'],
      reason: 'signed out',
    });
  });
});

/** A gateway of one node, which is gone after so many looks at it, and what it was asked. */
async function draining(
  looks: number,
): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  let left = looks;
  const server = createServer(({ method, url }, response) => {
    asked.push(`${method} ${url}`);
    if (method === 'GET' && asked.length > 1) left -= 1;
    if (left < 0) {
      response.destroy();
      return;
    }
    const node = { name: 'k3', state: 'draining', sessions: left, startedAt: 1 };
    const body = method === 'POST' ? { ...node, withinMs: 30_000 } : { count: 1, nodes: [node] };
    response.statusCode = method === 'POST' ? 202 : 200;
    response.end(JSON.stringify(body));
  });
  return { url: await listen(server), asked };
}

describe('holdfast drain', () => {
  it('finds the only node, lets it go and waits until it is gone', async () => {
    const { url, asked } = await draining(2);
    const { status, out, err } = await ask(url, 'drain');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^Drained node k3 with 2 sessions in \d+m?s\.\n$/);
    expect(asked).toEqual([
      'GET /api/v1/nodes?limit=1000',
      'POST /api/v1/nodes/k3:drain',
      'GET /api/v1/nodes?limit=1000',
      'GET /api/v1/nodes?limit=1000',
      'GET /api/v1/nodes?limit=1000',
    ]);
  });

  it('tells programs in one line, and shows a person how far it is', async () => {
    const { url } = await draining(1);
    const json = await ask(url, 'drain', 'k3', '--json');
    expect(JSON.parse(json.out)).toEqual({
      node: 'k3',
      sessions: 1,
      tookMs: expect.any(Number) as number,
    });
    const other = await draining(2);
    const argv = ['drain', 'k3', '--url', other.url, '--admin-token', ADMIN];
    const { status, err } = await run(argv, { isTerminal: true });
    expect(status).toBe(0);
    expect(err).toMatch(/\rDraining: 1 session left.*\r +\r$/s);
  });

  it('is done when another node answers at that address', async () => {
    const nodes = [{ name: 'k4', sessions: 7 }];
    const { url } = await answering(202, { sessions: 3, withinMs: 30_000, nodes });
    expect(await ask(url, 'drain', 'k3')).toMatchObject({ status: 0 });
  });

  it('tells of a name that is not the node of this gateway', async () => {
    const detail = 'Expected the name of this node: `GET /api/v1/nodes` lists it.';
    const { url } = await answering(404, createProblem(404, 'unknown-node', detail));
    const { status, out, err } = await ask(url, 'drain', 'k9');
    expect({ status, out }).toEqual({ status: 1, out: '' });
    expect(err).toContain('answered 404 Not Found (unknown-node): Expected the name of this node');
  });

  it('wants a name where there are several nodes', async () => {
    const nodes = [{ name: 'k3' }, { name: 'k4' }];
    const { url } = await answering(200, { count: 2, nodes });
    const { status, err } = await ask(url, 'drain');
    expect(status).toBe(1);
    expect(err).toContain('Expected NODE to name one of 2 nodes (k3, k4), got nothing.');
    expect(err).toContain('`--here`');
  });

  it('lets the one go that answers with --here, and waits while there is no word of it', async () => {
    const others = [{ name: 'k3', here: false, sessions: 1 }];
    const here = { name: 'k4', here: true, sessions: 2 };
    const answers: object[] = [
      { nodes: [...others, here] },
      { ...here, withinMs: 30_000 },
      { nodes: [...others, { ...here, state: 'silent', sessions: null }] },
      { nodes: others },
    ];
    const asked: string[] = [];
    const server = createServer(({ url }, response) => {
      asked.push(url ?? '');
      response.end(JSON.stringify(answers[asked.length - 1]));
    });
    const { status, out } = await ask(await listen(server), 'drain', '--here');
    expect([status, asked[1], asked.length]).toEqual([0, '/api/v1/nodes/k4:drain', 4]);
    expect(out).toContain('Drained node k4 with 2 sessions');
  });
});

describe('a user id on the command line', () => {
  it.each(['.', '..', '~', 'a/b', 'a b', '日本', '%2e%2e', '?x=1', '-x', '{"a":1}'])(
    '%j reaches the gateway as it is',
    async (user) => {
      const { url, seen } = await answering(200, { closed: [] });
      const argv = ['close', '--url', url, '--admin-token', ADMIN, '--', user];
      expect((await run(argv)).status).toBe(0);
      const segment = /^\/api\/v1\/users\/([^/]+)\/sessions:close$/.exec(seen[0]?.url ?? '')?.[1];
      expect(parsePathUser(segment ?? '')).toEqual({ ok: true, userId: user });
    },
  );

  it.each(['', 'x'.repeat(257)])('of no length or too much is wrong usage', async (user) => {
    const { status, err } = await run(['close', '--admin-token', ADMIN, '--', user]);
    expect(status).toBe(2);
    expect(err).toContain(`Expected USER to be 1 to 256 bytes of text, got ${user.length}.`);
  });
});

describe('several nodes', () => {
  const nodes = [
    { name: 'k3', url: 'http://a:1', state: 'ready', sessions: 2, startedAt: 0, leaseMs: 4000 },
    { name: 'k4', url: 'http://b:1', state: 'silent', sessions: null, startedAt: null, leaseMs: 1 },
  ];

  it('are listed', async () => {
    const { url, seen } = await answering(200, { count: 2, nodes });
    const { status, out, err } = await ask(url, 'nodes');
    expect({ status, err }).toEqual({ status: 0, err: '' });
    expect(out).toMatch(/^2 nodes\nNODE +STATE +SESSIONS +UP +LEASE +URL\nk3 +ready +2 +\S+ +4s /);
    expect(out).toMatch(/\nk4 +silent +- +- +\S+ +http:\/\/b:1\n$/);
    expect(seen[0]?.url).toBe('/api/v1/nodes?limit=1000');
    expect(JSON.parse((await ask(url, 'nodes', '--json')).out)).toEqual({ count: 2, nodes });
  });

  it('tell where a session is, and who did not answer', async () => {
    const two = [
      { ...session, user: 'anna' },
      { ...session, user: 'bob', node: 'k4' },
    ];
    const { url } = await answering(200, { count: 2, sessions: two, silent: ['k5'] });
    const { status, out } = await ask(url, 'sessions');
    expect(status).toBe(0);
    expect(out).toMatch(/^2 sessions on 2 nodes\nUSER +NODE +SESSION/);
    expect(out).toContain('1 node did not answer: k5.');
  });

  it.each([
    ['close', { closed: ['k3-1'], silent: ['k5'] }],
    ['reap', { reaped: [], kept: 1, failed: [], silent: ['k5'] }],
  ])('an order that has not reached all of them has failed: %s', async (command, answer) => {
    const { url } = await answering(200, answer);
    const { status, out, err } = await ask(url, command, 'anna');
    expect([status, out === '']).toEqual([1, false]);
    expect(err).toContain('1 node did not answer: k5.');
  });
});
