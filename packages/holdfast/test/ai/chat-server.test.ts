import type { UIMessageChunk } from 'ai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChatEvents, serveChat } from '../../src/ai/index.ts';
import { UsageError } from '../../src/core/usage-error.ts';
import { ChatHouse, settle } from './chat-house.ts';

const session = { id: 's0', userId: 'ann' };

function silence(): ReadableStream<UIMessageChunk> {
  return new ReadableStream();
}

function send(house: ChatHouse, answer: string, chat = 'c'): void {
  const order = { act: 'send', chat, answer, trigger: 'submit-message', messages: [] };
  house.chat.take(session, { data: { holdfast: 'chat', ...order } });
}

function read(house: ChatHouse, about: object = {}): void {
  const order = { holdfast: 'chat', act: 'read', chat: 'c', ask: 'q', ...about };
  house.chat.take(session, { data: order });
}

function told<Name extends keyof ChatEvents>(house: ChatHouse, name: Name): ChatEvents[Name][] {
  return house.published
    .filter(({ event }) => event === name)
    .map(({ data }) => data as ChatEvents[Name]);
}

describe('serveChat', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('leaves what is not about a chat to the application', () => {
    const { chat } = new ChatHouse();
    for (const data of [null, 'chat', [], {}, { holdfast: 'other' }, { act: 'send', chat: 'c' }])
      expect(chat.take(session, { data })).toBe(false);
  });

  it.each([
    { chat: '' },
    { chat: 'c'.repeat(257) },
    { answer: 7 },
    { act: 'sing' },
    { messages: 'all' },
    { trigger: 'x' },
    { act: 'read', ask: undefined },
    { act: 'read', ask: 'q', from: -1 },
    { act: 'read', ask: 'q', from: 1e99 },
    { holdfast: 'cancel', answer: {} },
  ])('refuses the bad order %o, and goes on', (wrong) => {
    const house = new ChatHouse();
    const good = { act: 'send', chat: 'c', answer: 'a', trigger: 'submit-message', messages: [] };
    expect(house.chat.take(session, { data: { holdfast: 'chat', ...good, ...wrong } })).toBe(true);
    expect(told(house, 'ai.refused')).toMatchObject([{ code: 'bad-order' }]);
    expect(house.faults).toEqual([]);
    send(house, 'a');
    expect(house.chat.running).toBe(1);
  });

  it('D10 an order that comes again has one answer', async () => {
    const house = new ChatHouse();
    send(house, 'a');
    send(house, 'a');
    house.script.finish();
    await settle();
    send(house, 'a');
    expect(house.scripts).toHaveLength(1);
    expect(told(house, 'ai.refused')).toEqual([]);
  });

  it('says of each answer once that it ended, with the number of its batches', async () => {
    const house = new ChatHouse();
    send(house, 'a');
    house.script.say('x');
    await settle();
    house.script.finish();
    await settle();
    house.chat.take(session, { data: { holdfast: 'cancel' } });
    const places = told(house, 'ai.chunks').map(({ at }) => at);
    expect(places).toEqual(places.map((_, index) => index));
    expect(told(house, 'ai.end')).toMatchObject([{ at: places.length, status: 'finished' }]);
    expect(house.chat.running).toBe(0);
  });

  it('sends what comes at once together, and joins the pieces of one text', async () => {
    const house = new ChatHouse({ batchMs: 40 });
    send(house, 'a');
    house.script.say('one', ' two');
    await settle();
    vi.advanceTimersByTime(40);
    house.script.say(' three', ' four');
    await settle();
    vi.advanceTimersByTime(39);
    const before = told(house, 'ai.chunks').map(({ chunks }) => chunks.length);
    vi.advanceTimersByTime(1);
    expect(before).toEqual([1, 2]);
    expect(told(house, 'ai.chunks').at(-1)?.chunks).toEqual([
      { type: 'text-delta', id: 't', delta: ' three four' },
    ]);
    house.script.finish();
    await settle();
    expect(told(house, 'ai.chunks').at(-1)?.chunks).toMatchObject([
      { type: 'text-end' },
      { type: 'finish' },
    ]);
    house.chat.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('joins nothing that would lose something', async () => {
    const house = new ChatHouse({ batchMs: 40 });
    send(house, 'a');
    await settle();
    const pieces: UIMessageChunk[] = [
      { type: 'text-delta', id: 't', delta: 'a' },
      { type: 'text-delta', id: 'u', delta: 'b' },
      { type: 'text-delta', id: 'u', delta: 'c', providerMetadata: { p: {} } },
      { type: 'text-delta', id: 'u', delta: 'd' },
      { type: 'reasoning-delta', id: 'u', delta: 'e' },
      { type: 'tool-input-delta', toolCallId: 'x', inputTextDelta: 'f' },
      { type: 'tool-input-delta', toolCallId: 'y', inputTextDelta: 'g' },
    ];
    house.script.write(...pieces, {
      type: 'tool-input-delta',
      toolCallId: 'y',
      inputTextDelta: 'h',
    });
    await settle();
    vi.advanceTimersByTime(100);
    const got = told(house, 'ai.chunks').flatMap(({ chunks }) => chunks);
    expect(got.slice(2)).toEqual([
      ...pieces.slice(0, -1),
      { type: 'tool-input-delta', toolCallId: 'y', inputTextDelta: 'gh' },
    ]);
  });

  it('reads an answer from any batch on, running or over, only to the one who asked', async () => {
    const house = new ChatHouse();
    const other = house.page();
    send(house, 'a');
    house.script.say('x');
    await settle();
    house.script.finish();
    await settle();
    const before = house.published.length;
    const asker = { ...session, id: 's7' };
    house.chat.take(asker, {
      data: { holdfast: 'chat', act: 'read', chat: 'c', ask: 'q', answer: 'a', from: 2 },
    });
    const again = house.published.slice(before);
    expect(again[0]).toEqual({ event: 'ai.open', data: { chat: 'c', answer: 'a', ask: 'q' } });
    expect(again[1]).toMatchObject({ event: 'ai.chunks', data: { at: 2 } });
    expect(again.at(-1)).toMatchObject({ event: 'ai.end', data: { status: 'finished' } });
    expect(other.sent).toEqual([]);
    read(house);
    read(house, { answer: 'b' });
    expect(told(house, 'ai.none')).toHaveLength(2);
  });

  it('I8 reads and stops nothing of another user', async () => {
    const published: [string, string][] = [];
    const chat = serveChat(
      { publish: (user, { event }) => published.push([user, event]), reportFault: () => undefined },
      { generate: silence },
    );
    const order = { act: 'send', chat: 'c', trigger: 'submit-message', messages: [] };
    chat.take(session, { data: { holdfast: 'chat', ...order, answer: 'a' } });
    const other = { id: 's9', userId: 'bob' };
    chat.take(other, { data: { holdfast: 'cancel' } });
    chat.take(other, { data: { holdfast: 'cancel', chat: 'c', answer: 'a' } });
    chat.take(other, { data: { holdfast: 'chat', act: 'read', chat: 'c', ask: 'q', answer: 'a' } });
    expect(published).toEqual([
      ['ann', 'ai.open'],
      ['bob', 'ai.none'],
    ]);
    expect(chat.running).toBe(1);
  });

  it('I12 an answer that is too large ends, and its work is told to stop', async () => {
    const house = new ChatHouse({ maxAnswerBytes: 4_000 });
    send(house, 'a');
    house.script.say('x'.repeat(5_000), 'y');
    await settle();
    expect(told(house, 'ai.end')).toMatchObject([{ status: 'failed', text: 'The answer failed.' }]);
    expect(house.script.request.signal.aborted).toBe(true);
    expect(house.script.isCancelled).toBe(true);
    expect(house.faults).toHaveLength(1);
    expect(house.chat.running).toBe(0);
  });

  it('I12 all answers together have a bound: those that are over go first, then none begins', async () => {
    const house = new ChatHouse({ maxAnswerBytes: 10_000, maxTotalBytes: 20_000 });
    send(house, 'a', 'c1');
    house.script.say('x'.repeat(7_000));
    house.script.finish();
    await settle();
    send(house, 'b', 'c2');
    house.script.say('x'.repeat(7_000));
    await settle();
    read(house, { chat: 'c1', answer: 'a' });
    expect(told(house, 'ai.none')).toHaveLength(0);
    send(house, 'd', 'c3');
    read(house, { chat: 'c1', answer: 'a', ask: 'q2' });
    expect(told(house, 'ai.none')).toHaveLength(1);
    house.script.say('x'.repeat(3_000));
    await settle();
    send(house, 'e', 'c4');
    expect(told(house, 'ai.refused')).toMatchObject([{ answer: 'e', code: 'overload' }]);
    expect(house.chat.running).toBe(2);
  });

  it('I12 a user has so many answers at once, and reads one so often', () => {
    const house = new ChatHouse({ maxRunningPerUser: 2 });
    for (const name of ['a', 'b', 'd']) send(house, name, name);
    send(house, 'e', 'a');
    expect(told(house, 'ai.refused')).toMatchObject([
      { answer: 'd', code: 'busy' },
      { answer: 'e', code: 'busy' },
    ]);
    for (let time = 0; time < 11; time += 1) read(house, { chat: 'a' });
    expect(told(house, 'ai.refused')).toHaveLength(3);
    expect(told(house, 'ai.refused').at(-1)).toMatchObject({ ask: 'q', code: 'rate' });
  });

  it('I5 forgets what is over after a while', async () => {
    const house = new ChatHouse({ keepMs: 1_000 });
    send(house, 'a');
    house.script.finish();
    await settle();
    const clock = vi.spyOn(performance, 'now');
    clock.mockReturnValue(performance.now() + 2_000);
    vi.advanceTimersByTime(1_000);
    read(house, { answer: 'a' });
    expect(told(house, 'ai.none')).toHaveLength(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('I6 tells of every failure, and ends the answer', async () => {
    const failing = [
      () => {
        throw new Error('at once');
      },
      () => Promise.reject(new Error('later')),
      async function* (): AsyncGenerator<UIMessageChunk> {
        yield { type: 'data-x', data: 1n };
      },
    ];
    for (const generate of failing) {
      const house = new ChatHouse({ generate, describeError: () => 'Sorry.' });
      send(house, 'a');
      await settle();
      expect(told(house, 'ai.end')).toMatchObject([{ status: 'failed', text: 'Sorry.' }]);
      expect(house.faults).toHaveLength(1);
      expect(house.chat.running).toBe(0);
    }
  });

  it('I6 survives a describeError and a publish that throw', async () => {
    const faults: unknown[] = [];
    const chat = serveChat(
      {
        publish: () => {
          throw new Error('publish');
        },
        reportFault: (_where, error) => void faults.push((error as Error).message),
      },
      {
        generate: () => {
          throw new Error('generate');
        },
        describeError: () => {
          throw new Error('describe');
        },
      },
    );
    const order = { act: 'send', chat: 'c', answer: 'a', trigger: 'submit-message', messages: [] };
    chat.take(session, { data: { holdfast: 'chat', ...order } });
    await settle();
    expect(faults).toEqual(['publish', 'generate', 'describe', 'publish']);
    expect(chat.running).toBe(0);
  });

  it('an answer that is stopped while its chunk is published ends once, and is not written to again', async () => {
    const house = new ChatHouse();
    const page = house.page();
    page.on('event', ({ event }) => {
      if (event === 'ai.chunks') house.chat.take(session, { data: { holdfast: 'cancel' } });
    });
    send(house, 'a');
    house.script.say('x', 'y');
    await settle();
    expect(told(house, 'ai.chunks')).toHaveLength(1);
    expect(told(house, 'ai.end')).toMatchObject([{ at: 1, status: 'stopped' }]);
  });

  it('an answer that is stopped while its last chunks are published ends once', async () => {
    const house = new ChatHouse({ batchMs: 40 });
    const page = house.page();
    send(house, 'a');
    await settle();
    page.on('event', ({ event }) => {
      if (event === 'ai.chunks') house.chat.take(session, { data: { holdfast: 'cancel' } });
    });
    house.script.finish();
    await settle();
    expect(told(house, 'ai.end')).toMatchObject([{ at: 2, status: 'stopped' }]);
    expect(house.chat.running).toBe(0);
  });

  it('ends what runs when the process is stopped in an orderly way', async () => {
    const house = new ChatHouse();
    send(house, 'a');
    house.chat.close();
    await settle();
    expect(told(house, 'ai.end')).toMatchObject([
      { status: 'failed', text: 'The server is going down.' },
    ]);
    expect(house.script.request.signal.aborted).toBe(true);
    expect(house.chat.running).toBe(0);
  });

  it.each([
    { generate: 'x' as never },
    { batchMs: -1 },
    { keepMs: Number.NaN },
    { maxAnswerBytes: 2e9 },
  ])('misuse throws: %o', (wrong) => {
    const layer = { publish: () => undefined, reportFault: () => undefined };
    expect(() => serveChat(layer, { generate: silence, ...wrong })).toThrow(UsageError);
  });
});
