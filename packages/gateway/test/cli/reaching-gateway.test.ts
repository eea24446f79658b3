import { createServer as createTcpServer } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { describeNoAnswer } from '../../src/cli/gateway-answer.ts';
import { ensureDevelopmentSecrets } from '../../src/server/config/development-secrets.ts';
import { createProblem } from '../../src/server/http/problem.ts';
import { ADMIN, answering, ask, listen, stopServers } from './answering.ts';
import { fakeTerminal, run } from './fake-terminal.ts';

afterEach(stopServers);

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
