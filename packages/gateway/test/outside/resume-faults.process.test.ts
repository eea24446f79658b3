import { once } from 'node:events';
import { FaultProxy, opcodes, RawPeer } from 'holdfast/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readServerFrame } from '../wire-check.ts';
import { RunningGateway } from './running-gateway.ts';

let gateway: RunningGateway;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  gateway = await RunningGateway.start(['--history-events', '10']);
});

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

afterAll(() => gateway.stop());

async function connect(
  user: string,
  { query = '', port = gateway.port }: { query?: string; port?: number } = {},
): Promise<RawPeer> {
  const path = `${gateway.pathFor(user)}${query}`;
  const peer = await RawPeer.connect({ port, path });
  closers.push(() => peer.destroy());
  if (peer.head.startsWith('HTTP/1.1 101')) await peer.until(() => peer.texts.length > 0);
  return peer;
}

function framesOf(peer: RawPeer): Readonly<Record<string, unknown>>[] {
  return peer.texts.map((text) => readServerFrame(text));
}

async function publish(user: string, count: number): Promise<void> {
  for (let number = 0; number < count; number += 1)
    await gateway.ask('POST', `/api/v1/users/${user}/events`, { event: 'e', data: number });
}

describe('D4 an acknowledgement that cannot be', () => {
  it.each([
    ['ahead of what was sent', '4'],
    ['negative', '-1'],
    ['not a number', 'NaN'],
    ['infinite', '1e999'],
    ['beyond what a number can tell apart', '9007199254740992'],
    ['a fraction', '2.5'],
    ['a text', '"2"'],
    ['null', 'null'],
    ['a list', '[2]'],
  ])('D4 I4 that is %s ends its session with 4400, and frees nothing', async (what, offset) => {
    const user = `ann-${what.replaceAll(' ', '-')}`;
    const peer = await connect(user);
    await publish(user, 3);
    await peer.until(() => peer.texts.length === 4);
    const epoch = String(framesOf(peer)[0]?.['epoch']);
    peer.send(opcodes.text, `{"type":"ack","offset":${offset}}`);
    await peer.until(() => peer.closeFrame !== null);
    expect(peer.closeFrame).toEqual({ code: 4400, reason: '{"r":"bad-frame"}' });
    const back = await connect(user, { query: `&epoch=${epoch}&offset=0` });
    await back.until(() => back.texts.length === 4);
    const offsets = framesOf(back).map((frame) => frame['offset']);
    expect(offsets).toEqual([0, 1, 2, 3]);
  });

  it('D4 I4 that has no offset ends its session with 4400', async () => {
    const peer = await connect('ann-none');
    peer.send(opcodes.text, '{"type":"ack"}');
    await peer.until(() => peer.closeFrame !== null);
    expect(peer.closeFrame?.code).toBe(4400);
  });
});

describe('D5 something is gone', () => {
  /** Each way; a round trip is twice that. */
  const delayMs = 200;

  /** Comes back over a slow link, and tells what the first frame was and how many round trips it took. */
  async function comeBack(
    user: string,
    { ticket, epoch, offset }: Readonly<Record<string, unknown>>,
  ): Promise<{ ready: Readonly<Record<string, unknown>>; roundTrips: number }> {
    const proxy = await FaultProxy.start({ targetPort: gateway.port });
    closers.push(() => proxy.close());
    proxy.delay(delayMs);
    const query = `&resume=${String(ticket)}&epoch=${String(epoch)}&offset=${String(offset)}`;
    let ready: Readonly<Record<string, unknown>> = {};
    let roundTrips = Number.POSITIVE_INFINITY;
    // A machine at work can be late; a gateway that needs another round trip always is.
    for (let attempt = 0; attempt < 5 && roundTrips >= 1.9; attempt += 1) {
      const startedAt = performance.now();
      const peer = await connect(user, { query, port: proxy.port });
      roundTrips = (performance.now() - startedAt) / (2 * delayMs);
      ready = framesOf(peer)[0] ?? {};
    }
    return { ready, roundTrips };
  }

  it('D5 I4 where the log has moved on: told in the first frame, with what is gone, within a round trip', async () => {
    const peer = await connect('overflow');
    const [memory = {}] = framesOf(peer);
    peer.destroy();
    await publish('overflow', 30);
    const { ready, roundTrips } = await comeBack('overflow', memory);
    expect(ready).toMatchObject({
      epoch: memory['epoch'],
      offset: 20,
      resume: { outcome: 'gap', reason: 'overflow', from: 1, to: 20 },
    });
    expect(roundTrips).toBeLessThan(1.9);
  });

  it('D5 I4 where the gateway was killed and started anew: told in the first frame, with the new epoch, within a round trip', async () => {
    const peer = await connect('restart');
    await publish('restart', 3);
    await peer.until(() => peer.texts.length === 4);
    const [memory = {}] = framesOf(peer);
    const { port } = gateway;
    gateway.child.kill('SIGKILL');
    await once(gateway.child, 'exit');
    gateway = await RunningGateway.start(['--port', String(port)]);
    const { ready, roundTrips } = await comeBack('restart', { ...memory, offset: 3 });
    expect(ready).toMatchObject({ offset: 0, resume: { outcome: 'gap', reason: 'epoch' } });
    expect(ready['epoch']).not.toBe(memory['epoch']);
    expect(roundTrips).toBeLessThan(1.9);
  });
});

describe('D7 a malformed ticket', () => {
  it.each([
    ['of 10 KB', `&resume=${'A'.repeat(10_240)}`],
    ['of bytes that are no text', '&resume=%ff%fe%00%0d%0a'],
    ['with a broken escape', '&resume=%e0%a4%a&resume=%'],
    ['that is empty', '&resume='],
    ['without a value', '&resume'],
    ['in numbers too large', `&resume=${'9'.repeat(400)}.${'9'.repeat(400)}.${'A'.repeat(24)}`],
    ['twice', '&resume=a&resume=b'],
  ])('D7 %s makes a new session, and its user keeps the others', async (what, query) => {
    const user = `bob-${what.length}`;
    await connect(user);
    const peer = await connect(user, { query });
    expect(framesOf(peer)[0]).toMatchObject({ resume: { outcome: 'new' }, sessions: 2 });
    expect(await gateway.count(user)).toBe(2);
  });

  it.each([
    ['larger than any head', `&resume=${'A'.repeat(40_000)}`, /^HTTP\/1\.1 (431|414|400) /],
    ['of bytes as they are', '&resume=\u0000\u0007', /^HTTP\/1\.1 400 /],
  ])('D7 %s is refused in HTTP, and the gateway lives', async (_what, query, status) => {
    const peer = await connect('bob', { query });
    expect(peer.head).toMatch(status);
    expect(gateway.isAlive).toBe(true);
    expect((await gateway.ask('GET', '/healthz')).body['status']).toBe('ok');
  });
});
