import { SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { GatewayFaults } from '../../../src/server/gateway-faults.ts';
import type { LostCall } from '../../../src/server/log/event-lines.ts';
import type { WebhookAnswer } from '../../../src/server/webhooks/answer-rules.ts';
import type { WebhookCall } from '../../../src/server/webhooks/webhook-call.ts';
import { Webhooks } from '../../../src/server/webhooks/webhooks.ts';

const canary = 'canary-of-the-payload';

let clock: ManualClock;
let layer: SessionLayer;
let webhooks: Webhooks;
let faults: GatewayFaults;
let posted: WebhookCall[];
let lost: LostCall[];
/** What the application answers; null: not at all. */
let answer: WebhookAnswer | null;

beforeEach(() => {
  clock = new ManualClock();
  [posted, lost, answer] = [[], [], { status: 200 }];
  faults = new GatewayFaults({ now: () => clock.epochMs(), tell: () => {} });
  const most = { calls: 3, bytes: 100_000 };
  webhooks = new Webhooks({
    realm: 'r1',
    node: 'n',
    clock,
    random: () => 0.5,
    faults,
    lines: { tellLostCall: (call) => lost.push(call) },
    post: async (call) => {
      posted.push(call);
      return await (answer === null ? new Promise<never>(() => {}) : Promise.resolve(answer));
    },
    hangUp: () => {},
    bounds: { tries: 2, ofLane: most, messages: most, news: most },
  });
  layer = new SessionLayer({}, { clock, node: 'n', hooks: webhooks.hooks });
});

function connect(resume?: { ticket: string }): FakeSocket {
  const socket = new FakeSocket(clock);
  layer.open({ userId: 'anna', device: 'laptop', socket, ...(resume && { resume }) });
  return socket;
}

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

const bodies = (): unknown[] => posted.map(({ body }) => JSON.parse(body) as unknown);
const count = (result: Parameters<Webhooks['results']['get']>[0]): number | undefined =>
  webhooks.results.get(result);

describe('the calls', () => {
  it('say who, where and what', async () => {
    const socket = connect();
    socket.say({ type: 'message', id: 'm1', data: { text: canary } });
    socket.say({ type: 'message', data: null });
    socket.leave();
    for (let turn = 0; turn < 5; turn += 1) await settle();
    const about = { node: 'n', user: 'anna', session: 'n-0-1', lineage: 'r1.1', device: 'laptop' };
    const time = clock.epochMs();
    expect(bodies()).toEqual([
      { type: 'session.opened', ...about, time, resume: 'new' },
      { type: 'message', ...about, time, id: 'm1', data: { text: canary } },
      { type: 'message', ...about, time, data: null },
      { type: 'session.closed', ...about, time, cause: 'client-close' },
    ]);
    expect(posted.map(({ id }) => id)).toEqual(['msg_n_1', 'msg_n_2', 'msg_n_3', 'msg_n_4']);
    expect(socket.frames.slice(1)).toEqual([{ type: 'accepted', id: 'm1' }]);
    expect([count('delivered'), webhooks.queued]).toEqual([4, 0]);
  });

  it('keep the order of a client that comes back with its ticket', async () => {
    answer = null;
    const old = connect();
    connect({ ticket: String(old.frames[0]?.['ticket']) });
    expect(bodies()).toMatchObject([{ type: 'session.opened', lineage: 'r1.1' }]);
    expect(webhooks.queued).toBe(3);
    await settle();
    expect(posted).toHaveLength(1);
  });
});

describe('a full queue', () => {
  it('I12 answers a message with an error, and loses nothing silently', async () => {
    answer = null;
    const socket = connect();
    for (const id of ['1', '2', '3', '4']) socket.say({ type: 'message', id, data: canary });
    socket.say({ type: 'message', data: canary });
    const answers = socket.frames.slice(1).map(({ type, code, id }) => [type, code, id]);
    expect(answers).toEqual([
      ['accepted', undefined, '1'],
      ['accepted', undefined, '2'],
      ['accepted', undefined, '3'],
      ['error', 'overloaded', '4'],
      ['error', 'overloaded', undefined],
    ]);
    expect(count('overflow')).toBe(2);
    expect(lost).toMatchObject([
      { type: 'message', session: 'n-0-1', result: 'overflow', tries: 0 },
      { result: 'overflow' },
    ]);
    expect(JSON.stringify([lost, faults.standing()])).not.toContain(canary);
    expect(layer.health().status).toBe('ok');
    expect(faults.isDegraded()).toBe(true);
  });
});

it('what a client nests too deep to be written is refused, and no fault of the gateway', () => {
  const socket = connect();
  const depth = 30_000;
  socket.say(`{"type":"message","id":"1","data":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  expect(socket.frames.at(-1)).toMatchObject({ type: 'error', code: 'too-nested', id: '1' });
  expect([layer.health().faults, faults.standing(), webhooks.queued]).toEqual([[], [], 1]);
});

describe('I6 an application that fails', () => {
  it('is a fault until it has not failed for longer than it can be left alone', async () => {
    answer = { status: 500 };
    connect();
    await settle();
    expect(faults.standing()).toMatchObject([
      { where: 'webhook', error: 'Calls of the application fail: HTTP 500.' },
    ]);
    answer = { error: 'ECONNREFUSED' };
    clock.advance(1000);
    await settle();
    // The next try is as far away as it can be, and takes as long as it can: the fault stands all the same.
    answer = { status: 503, retryAfter: '600' };
    clock.advance(1000);
    await settle();
    answer = { status: 200 };
    clock.advance(60_000);
    await settle();
    expect(webhooks.queued).toBe(0);
    clock.advance(10_000);
    webhooks.look();
    expect(faults.standing()).toHaveLength(1);
    clock.advance(20_000);
    webhooks.look();
    expect(faults.standing()).toEqual([]);
    expect([count('delivered'), webhooks.retries]).toEqual([1, 3]);
  });

  it('for good is counted, and told without data', async () => {
    answer = { status: 422 };
    const socket = connect();
    socket.say({ type: 'message', id: 'm1', data: canary });
    for (let turn = 0; turn < 3; turn += 1) await settle();
    expect(count('refused')).toBe(2);
    expect(lost[1]).toEqual({
      type: 'message',
      session: 'n-0-1',
      webhook: 'msg_n_2',
      result: 'refused',
      reason: 'HTTP 422',
      tries: 1,
    });
  });
});

describe('closing', () => {
  it('counts what is left', async () => {
    answer = null;
    connect();
    expect(await webhooks.flush(0)).toBe(1);
    webhooks.close();
    expect([count('left'), webhooks.queued]).toEqual([1, 0]);
  });
});
