import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, begun, ChatHouse, settle } from './chat-house.ts';

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
