import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoadTabs } from '../../src/client/house.ts';
import type { Link, LinkOwner } from '../../src/client/link.ts';
import { shareTabs } from '../../src/client/tabs.ts';
import { ClientHouse, FakePage, tokenOf } from './client-house.ts';

type Loaded = Awaited<ReturnType<LoadTabs>>;

/** The code of sharing, as long as it is on its way; what it dials is counted. */
class TabCode {
  asked = 0;
  dials = 0;
  rests = 0;
  #settle: { resolve: (loaded: Loaded) => void; reject: (error: Error) => void } | null = null;

  load(): Promise<Loaded> {
    this.asked += 1;
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
  }

  arrive(): void {
    const link: Link = { send: () => {}, close: () => {} };
    const dial = (_owner: LinkOwner): Link => {
      this.dials += 1;
      return link;
    };
    this.#settle?.resolve({ shareTabs: () => ({ dial, rest: () => void (this.rests += 1) }) });
  }

  fail(): void {
    this.#settle?.reject(new Error('404'));
  }
}

function sharing() {
  const code = new TabCode();
  const house = new ClientHouse(
    { shareTabs: true, token: tokenOf({ sub: 'ann' }) },
    { page: new FakePage(), loadTabs: () => code.load() },
  );
  return { code, house };
}

afterEach(() => vi.unstubAllGlobals());

describe('the code of `shareTabs`', () => {
  it('is loaded by who asks for it, with the first attempt, and the dial waits for it', async () => {
    const { code, house } = sharing();
    expect(code.asked).toBe(0);
    house.client.connect();
    await house.pass(1_000);
    expect([code.asked, code.dials, house.sockets.length]).toEqual([1, 0, 0]);
    expect(house.client.state).toBe('connecting');
    code.arrive();
    await house.pass();
    expect([code.dials, house.sockets.length]).toEqual([1, 0]);
    expect(house.told('error')).toEqual([]);
  });

  it('is not loaded by a client that does not share', async () => {
    const code = new TabCode();
    const house = new ClientHouse({ shareTabs: false }, { loadTabs: () => code.load() });
    await house.open();
    expect(code.asked).toBe(0);
  });

  it('that cannot be loaded is told, and the tab has a session of its own until it can', async () => {
    const { code, house } = sharing();
    house.client.connect();
    code.fail();
    await house.pass();
    expect(house.told('error')).toMatchObject([{ code: 'tabs-failed', cause: { message: '404' } }]);
    house.socket.greet();
    expect(house.client.state).toBe('open');
    house.socket.end();
    await house.pass(2_000);
    expect(code.asked).toBe(2);
    code.arrive();
    await house.pass();
    expect([code.dials, house.sockets.length]).toEqual([1, 1]);
    expect(house.told('error')).toHaveLength(1);
  });

  it('that does not come is waited for five seconds, and used the next time', async () => {
    const { code, house } = sharing();
    house.client.connect();
    await house.pass(4_900);
    expect([house.told('error').length, house.sockets.length]).toEqual([0, 0]);
    await house.pass(200);
    expect(house.told('error')).toMatchObject([{ code: 'tabs-failed' }]);
    house.socket.greet();
    code.arrive();
    await house.pass(10_000);
    expect([code.dials, house.client.state]).toEqual([0, 'open']);
  });

  it.each(['detach', 'close'] as const)(
    'changes nothing any more after %s(), whether it comes or not',
    async (leave) => {
      for (const ends of ['arrive', 'fail', 'neither'] as const) {
        const { code, house } = sharing();
        house.client.connect();
        await house.pass();
        house.client[leave]();
        if (ends !== 'neither') code[ends]();
        await house.pass(20_000);
        expect([code.dials, house.sockets.length, house.told('error').length]).toEqual([0, 0, 0]);
        expect(house.client.state).toBe(leave === 'close' ? 'closed' : 'idle');
        expect(house.clock.timerCount).toBe(0);
      }
    },
  );

  it('is waited for by who has left and come back meanwhile; one of them dials', async () => {
    const { code, house } = sharing();
    house.client.connect();
    await house.pass();
    house.client.detach();
    house.client.connect();
    await house.pass(1_000);
    expect(house.sockets).toEqual([]);
    code.arrive();
    await house.pass();
    expect([code.dials, house.sockets.length]).toEqual([1, 0]);
    house.client.detach();
    expect(code.rests).toBe(1);
  });

  it('shares nothing outside of pages, though Node has locks and channels', async () => {
    vi.stubGlobal('navigator', { locks: { request: () => new Promise(() => {}) } });
    expect('BroadcastChannel' in globalThis).toBe(true);
    const house = new ClientHouse(
      { shareTabs: true },
      { loadTabs: () => Promise.resolve({ shareTabs }) },
    );
    await house.open();
    expect([house.client.state, house.told('error').length]).toEqual(['open', 0]);
  });
});
