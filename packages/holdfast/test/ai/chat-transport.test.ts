import { type ChatTransport, type UIMessage } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { type ChatClient, ChatError, HoldfastChatTransport } from '../../src/ai/index.ts';
import type { Client } from '../../src/client/index.ts';
import { ask, begun, ChatHouse, Reading, settle } from './chat-house.ts';

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

  it.each([
    ['G a stream goes on where it was when the connection comes back, each chunk once', false],
    ['I4 a gap in the middle is filled from what the server keeps of the answer', true],
  ])('%s', async (_, isGap) => {
    const house = new ChatHouse();
    const { reading } = await begun(house);
    house.script.say('one');
    await settle();
    house.pages[0]?.cut();
    house.script.say(' two');
    await settle();
    expect(reading.text).toBe('one');
    house.pages[0]?.mend(isGap);
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
