import { beforeEach, describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import { ClusterHouse, type Guest, type TestNode } from './cluster-house.ts';

/** What nodes asked of the store, by name, since it was last read. */
class Asked {
  #acts: Record<string, number> = {};

  /** A store whose acts are counted. */
  watch(store: MemoryStore): MemoryStore {
    return new Proxy(store, {
      get: (target, name: keyof MemoryStore) => {
        const member: unknown = target[name];
        if (typeof member !== 'function') return member;
        return (...args: readonly unknown[]): unknown => {
          if (name !== 'listen') this.#acts[name] = (this.#acts[name] ?? 0) + 1;
          return (member as (...given: readonly unknown[]) => unknown).apply(target, [...args]);
        };
      },
    });
  }

  /** But for heartbeats, and the audit they bring. */
  take(): Record<string, number> {
    const { renew: _, assertRows: __, sweep: ___, ...acts } = this.#acts;
    this.#acts = {};
    return acts;
  }

  takeAll(): Record<string, number> {
    const acts = this.#acts;
    this.#acts = {};
    return acts;
  }
}

const user = 'anna';
let house: ClusterHouse;
let asked: Asked;
let one: TestNode;
let other: TestNode;

beforeEach(async () => {
  house = new ClusterHouse();
  asked = new Asked();
  [one, other] = [await join(), await join()];
  asked.takeAll();
});

function join(): Promise<TestNode> {
  return house.join({}, { store: asked.watch(new MemoryStore(house.server)) });
}

interface Ready {
  readonly ticket: string;
  readonly epoch: string;
  readonly offset: number;
}

function readyOf({ socket }: Guest): Ready {
  return socket.frames.find(({ type }) => type === 'ready') as unknown as Ready;
}

describe('what is asked of the store, as docs/sizing.md counts it', () => {
  it('one act for a connect, one for its end, none while it lasts but the audit', async () => {
    const guest = await house.enter(one, { userId: user });
    expect(asked.take()).toEqual({ admit: 1 });
    await house.run(20_000);
    const { renew = 0, assertRows = 0, sweep = 0, ...rest } = asked.takeAll();
    expect(rest).toEqual({});
    expect(sweep).toBeLessThanOrEqual(6);
    expect(renew).toBeGreaterThan(37);
    expect(assertRows).toBeLessThanOrEqual(21);
    guest.socket.leave();
    await house.run(100);
    expect(asked.take()).toEqual({ release: 1 });
  });

  it('one act for an event, however many sessions and nodes hear of it', async () => {
    for (const node of [one, one, other]) await house.enter(node, { userId: user });
    asked.take();
    await one.node.publish(user, { event: 'a', data: 1 });
    await house.run(100);
    expect(asked.take()).toEqual({ append: 1 });
  });

  it('a client that comes back to another node: its slot, what it missed, and its new ticket', async () => {
    const guest = await house.enter(one, { userId: user });
    const { ticket, epoch, offset } = readyOf(guest);
    guest.socket.leave();
    await house.run(100);
    asked.take();
    await one.node.publish(user, { event: 'a', data: 1 });
    expect(asked.take()).toEqual({ append: 1 });
    const back = await house.enter(other, { userId: user, resume: { ticket, epoch, offset } });
    back.socket.say(JSON.stringify({ type: 'ack', offset: 1 }));
    await house.run(2_000);
    expect(asked.take()).toEqual({ admit: 1, read: 1, delivered: 1, confirm: 1 });
  });

  it('one that comes back over its half-open connection and has missed nothing: its slot and its ticket', async () => {
    const guest = await house.enter(one, { userId: user });
    const { ticket, epoch, offset } = readyOf(guest);
    asked.take();
    const back = await house.enter(other, { userId: user, resume: { ticket, epoch, offset } });
    back.socket.say(JSON.stringify({ type: 'ack', offset: 0 }));
    await house.run(2_000);
    expect(asked.take()).toEqual({ admit: 1, confirm: 1 });
  });

  it('a newcomer whom all others are in the way of: its slot, and words to and from their nodes', async () => {
    for (const node of [one, one, other, other, other]) await house.enter(node, { userId: user });
    asked.take();
    const guest = await house.enter(one, { userId: user });
    expect(guest.outcome?.outcome).toBe('refused');
    await house.run(100);
    expect(asked.take()).toEqual({ admit: 1, post: 2 });
  });
});
