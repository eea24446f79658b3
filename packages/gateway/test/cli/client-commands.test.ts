import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { describeNoAnswer } from '../../src/cli/gateway-answer.ts';
import { ensureDevelopmentSecrets } from '../../src/server/config/development-secrets.ts';
import { createProblem } from '../../src/server/http/problem.ts';
import { parsePathUser } from '../../src/server/http/path-user.ts';
import { fakeTerminal, type Outcome, run } from './fake-terminal.ts';

const ADMIN = 'canary-admin-0123456789';

interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

const servers: { close: () => void }[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Something that answers every request in the same way, and what it was asked. */
async function answering(
  status: number,
  body: unknown,
): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const { method, url, headers } = request;
      seen.push({ method, url, authorization: headers.authorization, body: text });
      response.statusCode = status;
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  return { url: await listen(server), seen };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

async function ask(url: string, ...argv: string[]): Promise<Outcome> {
  return await run([...argv, '--url', url, '--admin-token', ADMIN]);
}

const session = {
  id: 'k3-1',
  node: 'k3',
  state: 'live',
  device: null,
  openedAt: Date.now() - 192_500,
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
        'k3-1     live   -       3m12s     1s         -        2.0kb      12     11',
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
    expect(out).toContain('2,341 sessions on this gateway\n');
    expect(out).toMatch(/^USER\s+SESSION/m);
    expect(out).toContain('2,340 more sessions not shown');
    expect(seen[0]?.url).toBe('/api/v1/sessions?limit=1');
  });

  it('says so when there are none', async () => {
    const { url } = await answering(200, { count: 0, sessions: [] });
    expect((await ask(url, 'sessions')).out).toBe('0 sessions on this gateway\n');
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
      'GET /api/v1/nodes',
      'POST /api/v1/nodes/k3:drain',
      'GET /api/v1/nodes',
      'GET /api/v1/nodes',
      'GET /api/v1/nodes',
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

describe('the address and the admin token', () => {
  it('come from variables and from the folder where flags give none', async () => {
    const { folder } = fakeTerminal();
    const { adminToken } = ensureDevelopmentSecrets(path.join(folder, '.holdfast'));
    const { url, seen } = await answering(200, { count: 0, sessions: [] });
    const env = { HOLDFAST_URL: `${url}/` };
    await run(['sessions'], { folder, env });
    await run(['sessions'], { folder, env: { ...env, HOLDFAST_ADMIN_TOKEN: ADMIN } });
    expect(seen.map(({ authorization }) => authorization)).toEqual([
      `Bearer ${adminToken}`,
      `Bearer ${ADMIN}`,
    ]);
  });

  it('may lead below a path of a proxy', async () => {
    const { url, seen } = await answering(200, { count: 0, sessions: [] });
    await ask(`${url}/holdfast/`, 'sessions');
    expect(seen[0]?.url).toBe('/holdfast/api/v1/sessions');
  });

  it.each([
    ['ws://127.0.0.1:8080', 'Expected `--url` to be the http or https address of a gateway'],
    ['127.0.0.1:8080', 'Expected `--url` to be the http or https address of a gateway'],
    ['http://me:canary@127.0.0.1', 'to be an address without user name and password'],
  ])('%s is wrong usage', async (url, expected) => {
    const { status, err } = await ask(url, 'sessions');
    expect(status).toBe(2);
    expect(err).toContain(expected);
    expect(err).not.toContain('canary');
  });
});

describe('an answer that is not the one hoped for', () => {
  it.each([
    [
      401,
      createProblem(401, 'unauthorized', 'Expected a bearer token.'),
      'to take the admin token from `--admin-token`, got 401 Unauthorized.',
    ],
    [
      503,
      createProblem(503, 'draining', 'Expected a running gateway, got one that stops.'),
      'answered 503 Service Unavailable (draining): Expected a running gateway, got one that stops.',
    ],
    [404, '<html>', 'Expected a Holdfast gateway at'],
    [200, '<html>', 'got an answer of another kind (200 OK). Check `--url`.'],
    [302, '', 'got an answer of another kind (302 Found).'],
    [200, { count: 1 }, "Expected `sessions` in the gateway's answer, got none."],
  ])('%d with %j is status 1 and one sentence', async (status, body, expected) => {
    const { url } = await answering(status, body);
    const outcome = await ask(url, 'sessions');
    expect(outcome).toMatchObject({ status: 1, out: '' });
    expect(outcome.err).toContain(expected);
    expect(outcome.err).toMatch(/^holdfast: [^\n]+\n$/);
    expect(outcome.err).not.toContain(ADMIN);
  });

  it('cannot write to the terminal what it likes', async () => {
    const { url } = await answering(400, createProblem(400, 'bad', 'Expected \u001B[2J\nnothing.'));
    expect((await ask(url, 'sessions')).err).not.toContain('\u001B');
  });
});

describe('no answer', () => {
  it('of a closed port asks whether the gateway runs, and says how to start one', async () => {
    const server = createTcpServer();
    const url = await listen(server);
    await new Promise((resolve) => server.close(resolve));
    const { status, err } = await ask(url, 'sessions');
    expect(status).toBe(1);
    expect(err).toContain(`Expected a gateway to answer at ${url}, got no connection`);
    expect(err).toContain('Is it running? `npm start` or `holdfast serve --env development`');
  });

  it('of something that hangs up is told', async () => {
    const url = await listen(createTcpServer((socket) => socket.destroy()));
    expect((await ask(url, 'sessions')).err).toContain('got a connection that broke off');
  });

  it('of something that speaks no TLS is told', async () => {
    const { url } = await answering(200, {});
    const { err } = await ask(url.replace('http:', 'https:'), 'sessions');
    expect(err).toContain('got no TLS. If it speaks none, `--url` begins with http.');
  });

  it.each([
    [Object.assign(new Error('dns'), { code: 'ENOTFOUND' }), 'got no address for that name'],
    [new DOMException('late', 'TimeoutError'), 'got nothing for half a minute'],
    [Object.assign(new Error('tls'), { code: 'CERT_HAS_EXPIRED' }), 'got CERT_HAS_EXPIRED.'],
    [new Error('who knows'), 'got an error.'],
  ])('by %s has its own words', (error, expected) => {
    expect(describeNoAnswer('http://x', error)).toContain(expected);
  });
});
