import { AbstractChat, type ChatState, type ChatTransport, type UIMessage } from 'ai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ChatClient, ChatError, HoldfastChatTransport } from '../../src/ai/index.ts';
import type { Client } from '../../src/client/index.ts';
import { ask, ChatHouse, Reading, settle } from './chat-house.ts';

async function begun(house: ChatHouse): Promise<{ reading: Reading; abort: AbortController }> {
  const page = house.pages[0] ?? house.page();
  const abort = new AbortController();
  const reading = new Reading(await ask(page, abort.signal));
  await settle();
  return { reading, abort };
}

/** Compiles only while the types of all three sides agree. */
function transportOf(client: Client): ChatTransport<UIMessage> {
  const port: ChatClient = client;
  return new HoldfastChatTransport({ client: port });
}

describe('HoldfastChatTransport', () => {
  it('is a transport of the AI SDK, and takes a client of holdfast/client', () => {
    expect(transportOf).toBeTypeOf('function');
  });

  it('brings an answer that the SDK can read, and ends once', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.say('Because', ' it', ' is.');
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('Because it is.');
    expect(reading.errors).toEqual([]);
    expect(house.published.filter(({ event }) => event === 'ai.end')).toHaveLength(1);
    expect(house.script.request).toMatchObject({
      userId: 'ann',
      chatId: 'c',
      trigger: 'submit-message',
      messages: [{ id: 'q' }],
    });
  });

  it('G a stream goes on where it was when the connection comes back, each chunk once', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.say('one');
    await settle();
    house.pages[0]?.cut();
    house.script.say(' two');
    await settle();
    expect(reading.text).toBe('one');
    house.pages[0]?.mend();
    house.script.say(' three');
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('one two three');
  });

  it('I4 a gap in the middle is filled from what the server keeps of the answer', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.say('one');
    await settle();
    house.pages[0]?.cut();
    house.script.say(' two');
    await settle();
    house.pages[0]?.mend(true);
    house.script.say(' three');
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('one two three');
    expect(reading.errors).toEqual([]);
  });

  it('I4 an end that was lost in a gap is told all the same', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.pages[0]?.cut();
    house.script.say('all');
    house.script.finish();
    await settle();
    house.pages[0]?.mend(true);
    await reading.done;
    expect(reading.text).toBe('all');
    expect(reading.errors).toEqual([]);
  });

  it('I4 a server that was started anew ends the stream with an error that says so', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.say('half');
    await settle();
    house.pages[0]?.cut();
    house.restart();
    house.pages[0]?.mend(true);
    await reading.done;
    expect(reading.text).toBe('half');
    expect(reading.errors).toEqual([
      'The rest of the answer is gone: the server no longer has it.',
    ]);
  });

  it('an order that the old server never took is answered by the new one, in spite of the gap', async () => {
    const house = new ChatHouse();
    const page = house.page();
    page.cut();
    const asked = ask(page);
    house.restart();
    page.mend(true);
    const reading = new Reading(await asked);
    await settle();
    house.script.say('here');
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('here');
    expect(house.scripts).toHaveLength(1);
  });

  it('I12 gives up a part that stays missing, after a few questions', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    const page = house.pages[0]!;
    const { answer } = house.published[0]!.data as { answer: string };
    vi.spyOn(house.chat, 'take').mockReturnValue(true);
    for (let round = 0; round < 6; round += 1) {
      page.cut();
      page.mend(true);
      await settle();
    }
    await reading.done;
    expect(reading.errors).toEqual(['A part of the answer was lost on the way.']);
    const questions = page.sent.filter(({ act }) => act === 'read');
    expect(questions.map((one) => [one['answer'], one['from']])).toEqual(
      Array.from({ length: 4 }, () => [answer, 2]),
    );
  });

  it('asks for what is missing also where no gap was told', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.pages[0]?.hear('ai.chunks', { chat: 'c', answer: 'another', at: 9, chunks: [] });
    const { answer } = house.published[0]!.data as { answer: string };
    house.pages[0]?.hear('ai.chunks', { chat: 'c', answer, at: 9, chunks: [] });
    house.script.say('whole');
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('whole');
    expect(house.pages[0]?.sent.filter(({ act }) => act === 'read')).toHaveLength(1);
  });

  it('passes over a batch that comes again', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.say('once');
    await settle();
    for (const { event, data } of house.published.slice(1)) house.pages[0]?.hear(event, data);
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('once');
  });

  it('has one stream for each chat', async () => {
    const house = new ChatHouse();
    await begun(house);
    await expect(ask(house.pages[0]!)).rejects.toMatchObject({ code: 'busy' });
    await expect(ask(house.page())).rejects.toBeInstanceOf(ChatError);
    expect(house.scripts).toHaveLength(1);
  });

  it.each(['stopped', 'closed'])('ends its streams when the client is %s', async (state) => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.pages[0]?.become(state);
    await reading.done;
    expect(reading.errors).toEqual([`The client is ${state}.`]);
  });

  it('says so when the client could not hand the order over', async () => {
    const page = new ChatHouse().page();
    page.refusing.push(new Error('256 messages wait for their answer.'));
    await expect(ask(page)).rejects.toMatchObject({
      code: 'not-sent',
      message: 'The order was not taken: 256 messages wait for their answer.',
    });
    await expect(ask(page)).resolves.toBeInstanceOf(ReadableStream);
  });

  it('tells what the server tells of a failure, and no more', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.break(new Error('password of the model'));
    await reading.done;
    expect(reading.errors).toEqual(['The answer failed.']);
    expect(house.faults).toHaveLength(1);
  });

  it('I5 leaves no listener behind', async () => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    const page = house.pages[0]!;
    expect(page.listeners).toBe(3);
    page.transport.close();
    await reading.done;
    expect(page.listeners).toBe(0);
    expect(reading.errors).toEqual(['The transport is closed.']);
  });
});

describe('stopping', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }));
  afterEach(() => void vi.useRealTimers());

  it('stops the work at the server, and the stream at once', async () => {
    const house = new ChatHouse();
    const { reading, abort } = await begun(house);
    abort.abort();
    await reading.done;
    expect(house.script.request.signal.aborted).toBe(true);
    expect(house.chat.running).toBe(0);
    expect(reading.errors).toEqual([]);
  });

  it('reaches the server when the connection is back', async () => {
    const house = new ChatHouse();
    const { reading, abort } = await begun(house);
    const page = house.pages[0]!;
    page.cut();
    abort.abort();
    await reading.done;
    expect(house.chat.running).toBe(1);
    page.mend();
    expect(house.chat.running).toBe(0);
    expect(house.published.at(-1)).toMatchObject({ event: 'ai.end', data: { status: 'stopped' } });
  });

  it('stops an answer that had not begun when it was aborted', async () => {
    const house = new ChatHouse();
    const page = house.page();
    page.cut();
    const abort = new AbortController();
    const asked = ask(page, abort.signal);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
    page.mend();
    await settle();
    expect(house.chat.running).toBe(0);
    await expect(ask(page, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('is said again until the application has taken it', async () => {
    const house = new ChatHouse();
    const { abort } = await begun(house);
    const page = house.pages[0]!;
    page.refusing.push(new Error('full'), new Error('full'));
    abort.abort();
    await settle();
    expect(house.chat.running).toBe(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(house.chat.running).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(house.chat.running).toBe(0);
    house.chat.close();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not said any more when the answer has ended by itself', async () => {
    const house = new ChatHouse();
    const { abort } = await begun(house);
    const page = house.pages[0]!;
    page.refusing.push(new Error('full'));
    abort.abort();
    await settle();
    house.script.finish();
    await settle();
    house.chat.close();
    expect(vi.getTimerCount()).toBe(0);
    expect(page.sent.filter(({ holdfast }) => holdfast === 'cancel')).toHaveLength(1);
  });

  it('I7 an order to stop that comes late stops no other answer', async () => {
    const house = new ChatHouse();
    const { reading, abort } = await begun(house);
    const [late, other] = [house.pages[0]!, house.page()];
    late.cut();
    abort.abort();
    house.script.finish();
    await reading.done;
    await settle();
    await ask(other);
    late.mend();
    expect(house.chat.running).toBe(1);
  });
});

describe('coming back', () => {
  it('G a page that was reloaded reads the answer from its start', async () => {
    const house = new ChatHouse();
    await begun(house);
    house.script.say('one', ' two');
    await settle();
    const reloaded = house.page();
    const stream = await reloaded.transport.reconnectToStream({ chatId: 'c' });
    const reading = new Reading(stream!);
    house.script.say(' three');
    house.script.finish();
    await reading.done;
    expect(reading.text).toBe('one two three');
    expect(house.pages[0]?.noticed).toEqual([]);
  });

  it('there is nothing to read where no answer runs', async () => {
    const house = new ChatHouse();
    const page = house.page();
    expect(await page.transport.reconnectToStream({ chatId: 'c' })).toBeNull();
    const { reading } = await begun(house);
    house.script.finish();
    await reading.done;
    expect(await page.transport.reconnectToStream({ chatId: 'c' })).toBeNull();
  });

  it('another tab is told of an answer, and can read it from its start', async () => {
    const house = new ChatHouse();
    const [first, second] = [house.page(), house.page()];
    const one = new Reading(await ask(first));
    await settle();
    house.script.say('seen');
    await settle();
    expect(second.noticed).toEqual(['c']);
    expect(first.noticed).toEqual([]);
    const two = new Reading((await second.transport.reconnectToStream({ chatId: 'c' }))!);
    house.script.say(' twice');
    house.script.finish();
    await Promise.all([one.done, two.done]);
    expect([one.text, two.text]).toEqual(['seen twice', 'seen twice']);
  });

  it('the work goes on when the reader leaves without stopping it', async () => {
    const house = new ChatHouse();
    const stream = await ask(house.page());
    await stream.cancel();
    expect(house.chat.running).toBe(1);
    expect(house.script.request.signal.aborted).toBe(false);
  });

  it('resuming twice, as a page in strict mode does, stops nothing', async () => {
    const house = new ChatHouse();
    await begun(house);
    house.script.say('still');
    await settle();
    const chat = new TestChat(house.page().transport);
    const both = [chat.resumeStream(), settle().then(() => chat.resumeStream())];
    await settle();
    expect(house.chat.running).toBe(1);
    house.script.say(' here');
    house.script.finish();
    await Promise.all(both);
    expect(chat.text).toBe('still here');
    expect(chat.status).toBe('ready');
  });

  it('stopping a resumed answer stops it at the server', async () => {
    const house = new ChatHouse();
    await begun(house);
    const chat = new TestChat(house.page().transport);
    const resumed = chat.resumeStream();
    await settle();
    await chat.stop();
    await resumed;
    await settle();
    expect(house.chat.running).toBe(0);
  });

  it('a chat of the SDK sends, stops, and sends again', async () => {
    const house = new ChatHouse();
    const chat = new TestChat(house.page().transport);
    const first = chat.sendMessage({ text: 'Why?' });
    await settle();
    house.script.say('Well');
    await settle();
    expect(chat.status).toBe('streaming');
    await chat.stop();
    await first;
    const second = chat.sendMessage({ text: 'Again?' });
    await settle();
    house.script.say('Yes.');
    house.script.finish();
    await second;
    expect(chat.status).toBe('ready');
    expect(house.scripts).toHaveLength(2);
    expect(chat.text).toBe('Yes.');
  });
});

/** A chat as `useChat` has one, without React. */
class TestChat extends AbstractChat<UIMessage> {
  constructor(transport: ChatTransport<UIMessage>) {
    const state: ChatState<UIMessage> = {
      status: 'ready',
      error: undefined,
      messages: [],
      pushMessage: (message) => void state.messages.push(message),
      popMessage: () => void state.messages.pop(),
      replaceMessage: (index, message) => void (state.messages[index] = message),
      snapshot: (thing) => structuredClone(thing),
    };
    super({ id: 'c', transport, state });
  }

  get text(): string {
    const parts = this.messages.at(-1)?.parts ?? [];
    return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
  }
}
