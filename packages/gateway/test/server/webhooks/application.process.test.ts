import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Application } from '../../../src/server/webhooks/application.ts';
import { TestApplication, withStatus } from './test-application.ts';

const key = Buffer.alloc(32, 1);
const call = { id: 'msg_n_1', body: '{"type":"message"}' };
const timeoutMs = 300;

const closers: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(closers.splice(0).map(async (close) => await close()));
});

function reach(url: string, mostConnections = 5): Application {
  const application = new Application({ url, key, mostConnections, timeoutMs, epochMs: Date.now });
  closers.push(() => application.close());
  return application;
}

/** A server that speaks no HTTP but what it is told to say. */
async function startRaw(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    serve(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

/** Says something once the request has begun. */
function saying(say: (socket: Socket) => void): (socket: Socket) => void {
  return (socket) => socket.once('data', () => say(socket));
}

const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n';

describe('an application over HTTP', () => {
  let server: TestApplication;
  beforeEach(async () => {
    server = await new TestApplication().start();
    closers.push(() => server.stop());
  });

  it('is told its status, and what it asks for', async () => {
    server.behave = withStatus(503, { 'Retry-After': '7' });
    expect(await reach(server.url).post(call)).toEqual({ status: 503, retryAfter: '7' });
    expect(server.calls[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': call.id,
    });
    expect(server.calls[0]?.text).toBe(call.body);
  });

  it('is called over connections that are kept, and no more of them than may be', async () => {
    const application = reach(server.url, 2);
    for (let round = 0; round < 3; round += 1) {
      const calls = Array.from({ length: 10 }, () => application.post(call));
      expect(new Set((await Promise.all(calls)).map((answer) => JSON.stringify(answer)))).toEqual(
        new Set(['{"status":204}']),
      );
    }
    expect(server.connections).toBe(2);
  });

  it('is not followed where it redirects to', async () => {
    const other = await new TestApplication().start();
    closers.push(() => other.stop());
    server.behave = withStatus(307, { location: other.url });
    expect(await reach(server.url).post(call)).toMatchObject({ status: 307 });
    expect(other.calls).toEqual([]);
  });

  it('that is not there is no answer', async () => {
    await server.stop();
    expect(await reach(server.url).post(call)).toEqual({ error: 'ECONNREFUSED' });
  });
});

describe('I12 an application that', () => {
  it('hangs is given up after the timeout', async () => {
    const url = await startRaw(() => {});
    const begun = performance.now();
    expect(await reach(url).post(call)).toEqual({ error: 'timeout' });
    expect(performance.now() - begun).toBeGreaterThan(timeoutMs - 20);
  });

  it('trickles the head of its answer is given up after the same timeout', async () => {
    const url = await startRaw(
      saying((socket) => {
        socket.write(`${head}X-Slow: `);
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => clearInterval(timer));
      }),
    );
    expect(await reach(url).post(call)).toEqual({ error: 'timeout' });
  });

  it('trickles the body of its answer has answered; the connection is cut', async () => {
    let isCut = false;
    const url = await startRaw(
      saying((socket) => {
        socket.write(`${head}Content-Length: 100000\r\n\r\n`);
        const timer = setInterval(() => socket.write('x'), 20);
        socket.on('close', () => {
          isCut = true;
          clearInterval(timer);
        });
      }),
    );
    expect(await reach(url).post(call)).toEqual({ status: 200 });
    await expect.poll(() => isCut).toBe(true);
  });

  it('answers with an endless body has answered; it is read up to a bound', async () => {
    let sent = 0;
    const url = await startRaw(
      saying((socket) => {
        socket.write(`${head}Transfer-Encoding: chunked\r\n\r\n`);
        const chunk = Buffer.alloc(65_536, 120);
        const pump = (): void => {
          while (socket.writable) {
            sent += chunk.length;
            socket.write('10000\r\n');
            socket.write(chunk);
            if (!socket.write('\r\n')) break;
          }
        };
        socket.on('drain', pump);
        pump();
      }),
    );
    expect(await reach(url).post(call)).toEqual({ status: 200 });
    expect(sent).toBeLessThan(20_000_000);
  });

  it.each([
    ['resets the connection', (socket: Socket) => socket.resetAndDestroy()],
    ['ends it without an answer', (socket: Socket) => socket.end()],
    ['answers what is no HTTP', (socket: Socket) => socket.end('hello\r\n\r\n')],
    ['answers with a head without end', (socket: Socket) => socket.write(head.repeat(10_000))],
    ['says only that it goes on', (socket: Socket) => socket.write('HTTP/1.1 102 P\r\n\r\n')],
  ])('%s has not answered', async (_what, say) => {
    const url = await startRaw(saying(say));
    expect(await reach(url).post(call)).toHaveProperty('error');
  });

  it('switches protocols has not answered', async () => {
    const switching = 'HTTP/1.1 101 S\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n';
    const url = await startRaw(saying((socket) => socket.write(switching)));
    expect(await reach(url).post(call)).toEqual({ error: 'no answer' });
  });

  it('breaks off the body of its answer has answered', async () => {
    const url = await startRaw(
      saying((socket) => {
        socket.write(`${head}Content-Length: 100\r\n\r\nx`, () => socket.resetAndDestroy());
      }),
    );
    expect(await reach(url).post(call)).toEqual({ status: 200 });
  });

  it('hangs is let go of when nobody waits for it any more', async () => {
    const url = await startRaw(() => {});
    const application = reach(url);
    const answer = application.post(call);
    await new Promise((resolve) => setTimeout(resolve, 50));
    application.close();
    expect(await answer).toHaveProperty('error');
  });
});
