import type { UIMessageChunk } from 'ai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serveChat } from '../../src/ai/index.ts';
import { UsageError } from '../../src/core/usage-error.ts';
import { ChatHouse, read, send, session, settle, told } from './chat-house.ts';

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
      { generate: () => new ReadableStream() },
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

  it.each([
    { generate: 'x' as never },
    { batchMs: -1 },
    { keepMs: Number.NaN },
    { maxAnswerBytes: 2e9 },
  ])('misuse throws: %o', (wrong) => {
    const layer = { publish: () => undefined, reportFault: () => undefined };
    expect(() => serveChat(layer, { generate: () => new ReadableStream(), ...wrong })).toThrow(
      UsageError,
    );
  });
});
