import type { UIMessageChunk } from 'ai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { serveChat } from '../../src/ai/index.ts';
import { ChatHouse, read, send, session, settle, told } from './chat-house.ts';

describe('serveChat, where something is too much or fails', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

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

  it('I12 the bound holds though the next question comes while an end is told', async () => {
    const house = new ChatHouse({ maxAnswerBytes: 10_000, maxTotalBytes: 20_000 });
    const page = house.page();
    page.on('event', ({ event }) => {
      if (event === 'ai.end') send(house, 'b');
    });
    send(house, 'a');
    house.script.say('x'.repeat(7_000));
    house.script.finish();
    await settle();
    house.script.say('x'.repeat(7_000));
    await settle();
    send(house, 'd', 'c2');
    house.script.say('x'.repeat(7_000));
    await settle();
    send(house, 'e', 'c3');
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
});
