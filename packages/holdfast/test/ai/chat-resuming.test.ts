import { AbstractChat, type ChatState, type ChatTransport, type UIMessage } from 'ai';
import { describe, expect, it } from 'vitest';
import { ask, begun, ChatHouse, Reading, settle } from './chat-house.ts';

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
