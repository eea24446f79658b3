import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore, MemoryStoreServer } from 'holdfast/testing';

const card = { name: 'node', url: '', isDraining: false };

const actor = { node: 1, live: { upTo: 0, generations: [] }, broadcasts: 0 };

const claim = (user: string): Promise<string> =>
  store.claimMessage({ ...actor, user, id: 'm', keepMs: 1_000 });

let nowMs: number;
let server: MemoryStoreServer;
let store: MemoryStore;

beforeEach(() => {
  nowMs = Date.UTC(2026, 5, 1);
  server = new MemoryStoreServer({ nowMs: () => nowMs, random: () => 0.5 });
  store = new MemoryStore(server);
});

describe('a memory store', () => {
  it('E4 goes back to a snapshot, and forgets what it has answered since', async () => {
    const { generation } = await store.join(card);
    const snapshot = server.snapshot();
    const lost = await store.join(card);
    expect(await claim('ada')).toBe('new');
    await store.settleMessage({ ...actor, user: 'ada', id: 'm', fate: 'taken' });
    expect(await claim('ada')).toBe('taken');
    server.rollBack(snapshot);
    expect((await store.renew(lost.generation, card)).outcome).toBe('lost');
    expect((await store.renew(generation, card)).outcome).toBe('renewed');
    expect(await claim('ada')).toBe('new');
    server.rollBack(snapshot);
    expect(await claim('ada')).toBe('new');
  });

  it('I5 forgets users whom nobody asks for any more', async () => {
    for (let count = 0; count < 100; count += 1) await claim(`user-${count}`);
    expect(server.size).toBe(100);
    nowMs += 1_000;
    for (let count = 0; count < 100; count += 1) await store.nextBroadcast();
    expect(server.size).toBe(0);
  });

  it('gives no generation twice when it was wiped, as far as its clock has come', async () => {
    const first = await store.takeGeneration();
    expect(await store.takeGeneration()).toBe(first + 1);
    nowMs += 60_000;
    server.wipe();
    expect(await store.takeGeneration()).toBe(first + 240);
  });

  it('does an act at once, and answers and tells later', async () => {
    const { generation } = await store.join(card);
    const told: string[] = [];
    await store.listen(generation, {
      heard: ({ type }) => void told.push(type),
      connected: () => {},
      disconnected: () => {},
    });
    const before = server.acts;
    void store.post(generation, generation, 'x').then(() => told.push('answered'));
    expect([server.acts, told]).toEqual([before + 1, []]);
    void store.nextBroadcast();
    expect(server.acts).toBe(before + 2);
    await new Promise<void>((resolve) => void setImmediate(resolve));
    expect(told).toEqual(['posted', 'answered']);
  });
});
