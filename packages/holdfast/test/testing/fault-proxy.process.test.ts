import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { faultPlan } from '../../src/testing/fault-plan.ts';
import { FaultProxy } from '../../src/testing/fault-proxy.ts';

/** What was seen at one end of a connection. */
class End {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  readonly seen: string[] = [];
  length = 0;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
      this.length += chunk.length;
    });
    socket.on('end', () => this.seen.push('fin'));
    socket.on('error', (error: NodeJS.ErrnoException) => this.seen.push(String(error.code)));
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString();
  }
}

interface Line {
  readonly proxy: FaultProxy;
  readonly client: End;
  readonly server: End;
}

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function until(isSo: () => boolean, ms = 5_000): Promise<void> {
  const endsAt = performance.now() + ms;
  while (!isSo()) {
    if (performance.now() > endsAt) throw new Error('It did not come to pass in time.');
    await delay(2);
  }
}

/** A client, a proxy and a server with one connection between them. */
async function lay(): Promise<Line> {
  const arrived: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => arrived.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const proxy = await FaultProxy.start({ targetPort: (server.address() as AddressInfo).port });
  const client = new End(connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true }));
  closers.push(
    () => server.close(),
    () => proxy.close(),
    () => client.socket.destroy(),
    () => arrived.map((socket) => socket.destroy()),
  );
  await until(() => arrived.length === 1);
  return { proxy, client, server: new End(arrived[0] ?? client.socket) };
}

describe('a proxy that nobody has told to fail', () => {
  it('hands on bytes both ways, and a FIN after them', async () => {
    const { proxy, client, server } = await lay();
    const sent = randomBytes(300_000);
    client.socket.end(sent);
    server.socket.end('answer');
    await until(() => client.seen.length + server.seen.length === 2);
    expect(server.bytes.equals(sent)).toBe(true);
    expect([client.text, ...client.seen, ...server.seen]).toEqual(['answer', 'fin', 'fin']);
    await until(() => proxy.links.length === 0);
  });

  it('hands on a RST of either side as a RST', async () => {
    const { client, server } = await lay();
    server.socket.resetAndDestroy();
    await until(() => client.seen.length > 0);
    expect(client.seen).toEqual(['ECONNRESET']);
  });

  it('resets a client whose target is not there, and takes the next one to where it is told', async () => {
    const { server } = await lay();
    // Nothing listens on the first port: it takes a privilege nobody asks for.
    const other = await FaultProxy.start({ targetPort: 1 });
    closers.push(() => other.close());
    const refused = new End(connect(other.port, '127.0.0.1'));
    await until(() => refused.seen.length > 0);
    expect(refused.seen).toEqual(['ECONNRESET']);
    other.retarget(server.socket.localPort ?? 0);
    const next = new End(connect(other.port, '127.0.0.1'));
    await until(() => other.links.length === 1 && next.socket.readyState === 'open');
    next.socket.destroy();
  });
});

describe('a proxy that is told to', () => {
  it('cut ends both sides with a FIN', async () => {
    const { proxy, client, server } = await lay();
    proxy.cut();
    await until(() => client.seen.length > 0 && server.seen.length > 0);
    expect([client.seen, server.seen]).toEqual([['fin'], ['fin']]);
  });

  it('reset ends both sides with a RST', async () => {
    const { proxy, client, server } = await lay();
    proxy.reset();
    await until(() => client.seen.length > 0 && server.seen.length > 0);
    expect([client.seen, server.seen]).toEqual([['ECONNRESET'], ['ECONNRESET']]);
    await until(() => proxy.links.length === 0);
  });

  it('half-open hands nothing on any more and tells nobody, whatever either side does', async () => {
    const { proxy, client, server } = await lay();
    proxy.halfOpen();
    proxy.resume();
    client.socket.write('lost');
    server.socket.end('lost');
    await delay(100);
    client.socket.resetAndDestroy();
    await delay(100);
    expect([client.text, server.text, client.seen, server.seen]).toEqual(['', '', [], []]);
    proxy.reset();
    await until(() => server.seen.length > 0);
    expect(server.seen).toEqual(['ECONNRESET']);
  });

  it('half-open in one direction lets the other pass', async () => {
    const { proxy, client, server } = await lay();
    proxy.halfOpen('to-target');
    client.socket.write('lost');
    server.socket.write('heard');
    await until(() => client.text === 'heard');
    await delay(50);
    expect(server.text).toBe('');
  });

  it('pause loses nothing: all of it arrives after resume, the end last', async () => {
    const { proxy, client, server } = await lay();
    proxy.pause();
    const sent = randomBytes(200_000);
    client.socket.end(sent);
    await delay(50);
    expect([server.bytes.length, server.seen]).toEqual([0, []]);
    proxy.resume();
    await until(() => server.seen.length > 0);
    expect(server.bytes.equals(sent)).toBe(true);
  });

  it('delay makes what comes late, in order, for connections to come too', async () => {
    const { proxy, client, server } = await lay();
    proxy.delay(60);
    const startedAt = performance.now();
    for (let number = 0; number < 10; number += 1) client.socket.write(String(number));
    await until(() => server.text.length === 10);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(59);
    expect(server.text).toBe('0123456789');
    const later = new End(connect(proxy.port, '127.0.0.1'));
    await until(() => proxy.links.length === 2);
    const sentAt = performance.now();
    later.socket.write('x');
    await until(() => proxy.links[1]?.passedBytes.toTarget === 1);
    expect(performance.now() - sentAt).toBeGreaterThanOrEqual(59);
    later.socket.destroy();
  });

  it.each(['fin', 'ECONNRESET'])('delay holds up the end of a connection too: %s', async (end) => {
    const { proxy, client, server } = await lay();
    proxy.delay(60);
    const endedAt = performance.now();
    if (end === 'fin') client.socket.end();
    else client.socket.resetAndDestroy();
    await until(() => server.seen.length > 0);
    expect(performance.now() - endedAt).toBeGreaterThanOrEqual(59);
    expect(server.seen).toEqual([end]);
  });

  it('throttle lets no more than so many bytes a second pass', async () => {
    const { proxy, client, server } = await lay();
    proxy.throttle(200_000);
    const sent = randomBytes(100_000);
    const startedAt = performance.now();
    client.socket.write(sent);
    await until(() => server.bytes.length === sent.length);
    expect(performance.now() - startedAt).toBeGreaterThan(450);
    expect(server.bytes.equals(sent)).toBe(true);
    proxy.throttle(Number.POSITIVE_INFINITY);
    client.socket.write(sent);
    await until(() => server.bytes.length === 2 * sent.length);
  });

  it('refuse resets whoever comes, until it is told to accept', async () => {
    const { proxy } = await lay();
    proxy.refuse();
    const refused = new End(connect(proxy.port, '127.0.0.1'));
    await until(() => refused.seen.length > 0);
    expect([refused.seen, proxy.refused]).toEqual([['ECONNRESET'], 1]);
    proxy.accept();
    const next = new End(connect(proxy.port, '127.0.0.1'));
    await until(() => proxy.accepted === 2);
    next.socket.destroy();
  });

  it('something impossible says what is wrong', async () => {
    const { proxy } = await lay();
    for (const ms of [Number.NaN, -1, Number.POSITIVE_INFINITY])
      expect(() => proxy.delay(ms)).toThrow('Expected `ms` to be a number from 0');
    for (const rate of [Number.NaN, -1, 0])
      expect(() => proxy.throttle(rate)).toThrow(
        'Expected `bytesPerSecond` to be a number above 0',
      );
    expect(() => proxy.retarget(0)).toThrow('from 1 to 65535');
  });
});

describe('back-pressure', () => {
  it('I12 passes through: of what a client does not read, no more than the kernels hold leaves the server', async () => {
    const { proxy, client, server } = await lay();
    client.socket.pause();
    const chunk = randomBytes(1024 * 1024);
    for (let number = 0; number < 64; number += 1) server.socket.write(chunk);
    let before = -1;
    while (before !== server.socket.bytesWritten - server.socket.writableLength) {
      before = server.socket.bytesWritten - server.socket.writableLength;
      await delay(200);
    }
    const taken = before;
    expect(taken).toBeLessThan(32 * 1024 * 1024);
    const passed = proxy.links[0]?.passedBytes.toClient ?? Number.NaN;
    expect(passed).toBeLessThanOrEqual(taken);
    client.socket.resume();
    await until(() => client.length === 64 * chunk.length, 20_000);
    expect(client.bytes.subarray(-chunk.length).equals(chunk)).toBe(true);
  });
});

describe('a plan of faults', () => {
  it('is the same for the same seed, and holds only what was asked for', () => {
    const plan = faultPlan({ seed: 7, faults: 100 });
    expect(plan).toEqual(faultPlan({ seed: 7, faults: 100 }));
    expect(plan).not.toEqual(faultPlan({ seed: 8, faults: 100 }));
    const kinds = new Set(plan.map(({ kind }) => kind));
    expect([...kinds].toSorted()).toEqual([
      'cut',
      'delay',
      'half-open',
      'pause',
      'reset',
      'throttle',
    ]);
    const cuts = faultPlan({ seed: 7, faults: 20, kinds: ['cut', 'reset'] });
    expect(cuts.every(({ kind }) => kind === 'cut' || kind === 'reset')).toBe(true);
  });
});
