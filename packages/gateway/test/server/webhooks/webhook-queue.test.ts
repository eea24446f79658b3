import { ManualClock } from 'holdfast/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { WebhookAnswer } from '../../../src/server/webhooks/answer-rules.ts';
import type { WebhookCall, WebhookType } from '../../../src/server/webhooks/webhook-call.ts';
import { type WebhookBounds, WebhookQueue } from '../../../src/server/webhooks/webhook-queue.ts';

const bounds: WebhookBounds = {
  tries: 3,
  ofLane: { calls: 4, bytes: 1000 },
  messages: { calls: 8, bytes: 3000 },
  news: { calls: 5, bytes: 1000 },
};

interface Try {
  readonly id: string;
  readonly answer: (answer: WebhookAnswer) => Promise<void>;
}

let clock: ManualClock;
let queue: WebhookQueue;
/** Tries under way, oldest first. */
let tries: Try[];
/** Every try that was made. */
let made: string[];
let told: string[];

beforeEach(() => {
  clock = new ManualClock();
  [tries, made, told] = [[], [], []];
  queue = new WebhookQueue({
    clock,
    bounds,
    random: () => 0.5,
    tell: ({ id }, _answer, { outcome }) => told.push(`${id} ${outcome}`),
    post: async ({ id }) => {
      made.push(id);
      return await new Promise((resolve) => {
        const answer = async (given: WebhookAnswer): Promise<void> => {
          tries = tries.filter((other) => other.id !== id);
          resolve(given);
          await settle();
        };
        tries.push({ id, answer });
      });
    },
  });
});

async function settle(): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

function call(id: string, about: { type?: WebhookType; bytes?: number } = {}): WebhookCall {
  const { type = 'message', bytes = 10 } = about;
  return { id, type, bytes, session: 's', body: '', queuedAt: clock.nowMs(), tries: 0 };
}

function add(lane: string, ...ids: string[]): boolean[] {
  return ids.map((id) => queue.add(lane, call(id)));
}

function addNews(lane: string): boolean {
  return queue.add(lane, call('n', { type: 'session.closed' }));
}

/** Answers the try under way of this call. */
async function answer(id: string, given: WebhookAnswer = { status: 200 }): Promise<void> {
  const found = tries.find((other) => other.id === id);
  if (found === undefined) throw new Error(`Expected a try of ${id}.`);
  await found.answer(given);
}

describe('the calls of one client', () => {
  it('are made one after the other, in order', async () => {
    add('a', 'a1', 'a2', 'a3');
    for (const id of ['a1', 'a2', 'a3']) {
      expect(tries.map((one) => one.id)).toEqual([id]);
      await answer(id);
    }
    expect(queue.size).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  it('wait behind one that has failed until it is over', async () => {
    add('a', 'a1', 'a2');
    await answer('a1', { status: 500 });
    expect([clock.timerCount, tries]).toEqual([1, []]);
    clock.advance(249);
    expect(made).toEqual(['a1']);
    clock.advance(1);
    expect(made).toEqual(['a1', 'a1']);
    await answer('a1', { error: 'ECONNRESET' });
    clock.advance(500);
    await answer('a1');
    await answer('a2');
    expect(made).toEqual(['a1', 'a1', 'a1', 'a2']);
    expect(told).toEqual(['a1 retry', 'a1 retry', 'a1 delivered', 'a2 delivered']);
  });

  it('go on behind one that was refused', async () => {
    add('a', 'a1', 'a2');
    await answer('a1', { status: 422 });
    await answer('a2');
    expect(told).toEqual(['a1 refused', 'a2 delivered']);
  });

  it('go on behind one that was given up, each with a try of its own however long it has waited', async () => {
    add('a', 'a1', 'a2');
    while (queue.size === 2) {
      await answer('a1', { status: 500 });
      clock.advance(30_000);
    }
    expect(told.at(-1)).toBe('a1 given-up');
    expect(clock.nowMs()).toBeLessThan(700_000);
    await answer('a2');
    expect(told.at(-1)).toBe('a2 delivered');
  });

  it('I6 go on behind one that could not be tried at all', async () => {
    const failing = new WebhookQueue({
      clock,
      bounds,
      random: () => 0,
      tell: ({ id, tries: count }, given, { outcome }) =>
        told.push(`${id} ${count} ${JSON.stringify(given)} ${outcome}`),
      post: async ({ tries: count }) => {
        if (count === 1) throw new RangeError('no');
        return await Promise.resolve({ status: 200 });
      },
    });
    failing.add('a', call('a1'));
    await settle();
    clock.advance(10);
    await settle();
    expect(told).toEqual(['a1 1 {"error":"RangeError"} retry', 'a1 2 {"status":200} delivered']);
  });
});

describe('the clients', () => {
  it('take turns, and no more tries are under way than may be', async () => {
    for (const lane of ['a', 'b', 'c', 'd']) add(lane, `${lane}1`, `${lane}2`);
    expect(tries.map(({ id }) => id)).toEqual(['a1', 'b1', 'c1']);
    await answer('b1');
    expect(tries.map(({ id }) => id)).toEqual(['a1', 'c1', 'd1']);
    await answer('a1');
    await answer('c1');
    expect(tries.map(({ id }) => id)).toEqual(['d1', 'b2', 'a2']);
  });

  it('do not wait for one whose call has failed, and it takes no place meanwhile', async () => {
    for (const lane of ['a', 'b', 'c', 'd']) add(lane, `${lane}1`);
    await answer('a1', { status: 503, retryAfter: '60' });
    expect(tries.map(({ id }) => id)).toEqual(['b1', 'c1', 'd1']);
  });
});

describe('I12 the queue', () => {
  it('holds so many messages of one client', () => {
    expect(add('a', 'a1', 'a2', 'a3', 'a4', 'a5')).toEqual([true, true, true, true, false]);
    expect(add('b', 'b1')).toEqual([true]);
  });

  it('holds so many bytes of one client, but one message in any case', async () => {
    expect(queue.add('a', call('a1', { bytes: 2000 }))).toBe(true);
    expect(queue.add('a', call('a2', { bytes: 1 }))).toBe(false);
    await answer('a1');
    expect(queue.add('a', call('a3', { bytes: 600 }))).toBe(true);
    expect(queue.add('a', call('a4', { bytes: 401 }))).toBe(false);
    expect(queue.add('a', call('a5', { bytes: 400 }))).toBe(true);
  });

  it('holds so many messages of all, and so many bytes', () => {
    for (const lane of ['a', 'b', 'c', 'd']) add(lane, `${lane}1`, `${lane}2`);
    expect(add('e', 'e1')).toEqual([false]);
    expect(queue.size).toBe(8);
  });

  it('holds so many bytes of all', () => {
    for (const lane of ['a', 'b', 'c'])
      expect(queue.add(lane, call(lane, { bytes: 1000 }))).toBe(true);
    expect(queue.add('d', call('d', { bytes: 1 }))).toBe(false);
  });

  it('keeps room for news of sessions, whatever messages there are, up to their own bound', () => {
    add('a', 'a1', 'a2', 'a3', 'a4');
    expect(add('a', 'a5')).toEqual([false]);
    expect(addNews('a')).toBe(true);
    for (let count = 1; count < 5; count += 1) expect(addNews('x')).toBe(true);
    expect(addNews('y')).toBe(false);
    expect(add('b', 'b1')).toEqual([true]);
  });

  it('has room again for what is over', async () => {
    add('a', 'a1', 'a2', 'a3', 'a4');
    await answer('a1', { status: 400 });
    expect(add('a', 'a5', 'a6')).toEqual([true, false]);
  });
});

describe('flushing', () => {
  it('ends when nothing waits any more', async () => {
    add('a', 'a1', 'a2');
    const left = queue.flush(5000);
    await answer('a1');
    await answer('a2');
    expect(await left).toBe(0);
    expect(clock.timerCount).toBe(0);
  });

  it('ends when its time is over, with the number of what is left', async () => {
    add('a', 'a1', 'a2');
    add('b', 'b1');
    const left = queue.flush(5000);
    await answer('b1');
    clock.advance(5000);
    expect(await left).toBe(2);
  });

  it('tries at once what waits for its next try', async () => {
    add('a', 'a1');
    await answer('a1', { status: 503, retryAfter: '60' });
    const left = queue.flush(5000);
    await answer('a1');
    expect(await left).toBe(0);
  });

  it('takes no time where there is nothing to wait for, or no time', async () => {
    expect(await queue.flush(5000)).toBe(0);
    add('a', 'a1');
    expect(await queue.flush(0)).toBe(1);
  });
});

describe('a queue that is closed', () => {
  it('I5 tells what is left, tries nothing more, takes nothing in, and leaves no timer', async () => {
    add('a', 'a1', 'a2');
    add('b', 'b1');
    await answer('b1', { status: 500 });
    expect(queue.close().map(({ id }) => id)).toEqual(['a1', 'a2', 'b1']);
    expect([queue.size, clock.timerCount]).toEqual([0, 0]);
    expect(add('c', 'c1')).toEqual([false]);
    await answer('a1');
    expect(made).toEqual(['a1', 'b1']);
    expect(told).toEqual(['b1 retry']);
  });
});
