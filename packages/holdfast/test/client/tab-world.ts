import { type ChannelPort, shareTabsBy, type TabPort } from '../../src/client/tabs.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { ClientHouse, FakePage, FakeStorage, FakeWebSocket, tokenOf } from './client-house.ts';

interface Waiting {
  readonly tab: Tab;
  readonly granted: () => Promise<void>;
  isGranted: boolean;
}

/** One tab: a client, its storage, and whether the browser still runs it. */
export class Tab {
  readonly house: ClientHouse;
  readonly storage: FakeStorage;
  readonly page: FakePage = new FakePage();
  readonly user: string;
  readonly sockets: FakeWebSocket[] = [];
  isDead = false;

  constructor(world: TabWorld, storage: FakeStorage, user: string) {
    const isDead = (): boolean => this.isDead;
    const { sockets } = this;
    this.storage = storage;
    this.user = user;
    class Dialed extends FakeWebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        sockets.push(this);
        if (!isDead()) world.dialed(this);
      }

      override send(text: string): void {
        super.send(text);
        if (!isDead()) world.heard(this, this.sent.at(-1) ?? {});
      }

      override close(code?: number): void {
        super.close(code);
        world.left(this);
      }
    }
    const port = world.portOf(this);
    this.house = new ClientHouse(
      {
        WebSocket: Dialed,
        storage,
        token: tokenOf({ sub: user }),
        shareTabs: true,
      },
      {
        clock: world.clock,
        page: this.page,
        loadTabs: async () => ({ shareTabs: (shared) => shareTabsBy(port, shared) }),
      },
    );
  }
}

/** A browser with tabs, and a server with one user, on one clock. */
export class TabWorld {
  readonly clock: ManualClock = new ManualClock();
  readonly tabs: Tab[] = [];
  /** Connections of the server, with the next place to write. */
  readonly sessions: Map<FakeWebSocket, number> = new Map();
  /** Events of this epoch, from offset 1. */
  log: unknown[] = [];
  epoch = 1;
  dials = 0;
  /** Its pages may not have locks, as in a sandbox. */
  refusesLocks = false;
  /** Messages taken, once per id. */
  readonly taken: Map<string, unknown> = new Map();
  readonly #channels: Map<string, Set<FakeChannel>> = new Map();
  readonly #locks: Map<string, Waiting[]> = new Map();

  get live(): Tab[] {
    return this.tabs.filter(({ isDead }) => !isDead);
  }

  /** Who holds the lock. */
  get leader(): Tab {
    const [first] = [...this.#locks.values()].flatMap((waiting) => waiting.slice(0, 1));
    if (first === undefined) throw new Error('Expected somebody to lead.');
    return first.tab;
  }

  async pass(ms: number): Promise<void> {
    await this.clock.settle(ms, 5);
  }

  open(storage: FakeStorage = new FakeStorage(), user = 'ann'): Tab {
    const tab = new Tab(this, storage, user);
    this.tabs.push(tab);
    tab.house.client.connect();
    return tab;
  }

  /** The browser ends a tab without a word. */
  kill(tab: Tab): void {
    tab.isDead = true;
    for (const channels of this.#channels.values())
      for (const channel of channels) if (channel.tab === tab) channels.delete(channel);
    for (const socket of tab.sockets) this.left(socket);
    for (const name of this.#locks.keys()) this.#release(name, (one) => one.tab === tab);
  }

  /** Its user reloads a tab. */
  reload(tab: Tab): Tab {
    tab.page.fire('pagehide');
    this.kill(tab);
    return this.open(tab.storage, tab.user);
  }

  publish(data: unknown): void {
    this.log.push(data);
    for (const socket of this.sessions.keys()) this.#write(socket);
  }

  /** The server is started anew and knows nothing. */
  restart(): void {
    this.log = [];
    this.epoch += 1;
    this.cut();
  }

  cut(): void {
    for (const socket of [...this.sessions.keys()]) {
      this.sessions.delete(socket);
      socket.end();
    }
  }

  dialed(socket: FakeWebSocket): void {
    this.dials += 1;
    this.clock.after(5, () => {
      if (socket.readyState === 0) this.#greet(socket);
    });
  }

  heard(socket: FakeWebSocket, frame: Record<string, unknown>): void {
    if (frame['type'] !== 'message' || !this.sessions.has(socket)) return;
    const { id, data } = frame as { id: string; data: unknown };
    if (!this.taken.has(id)) this.taken.set(id, data);
    this.clock.after(5, () => {
      if (this.sessions.has(socket)) socket.say({ type: 'accepted', id });
    });
  }

  left(socket: FakeWebSocket): void {
    this.sessions.delete(socket);
    socket.readyState = 3;
  }

  portOf(tab: Tab): TabPort {
    const { clock } = this;
    const channels = this.#channels;
    return {
      BroadcastChannel: class extends FakeChannel {
        constructor(name: string) {
          super(tab, clock, name, channels);
        }
      },
      locks: {
        request: (name, { signal }, granted) =>
          new Promise((_resolve, reject) => {
            if (tab.isDead) return;
            if (this.refusesLocks) {
              reject(new Error('SecurityError'));
              return;
            }
            const waiting = this.#locks.get(name) ?? [];
            this.#locks.set(name, waiting);
            const own = { tab, granted, isGranted: false };
            waiting.push(own);
            signal.addEventListener('abort', () => {
              this.#release(name, (one) => one === own);
              reject(new Error('aborted'));
            });
            if (waiting.length === 1) this.clock.after(1, () => this.#grant(name));
          }),
      },
    };
  }

  #greet(socket: FakeWebSocket): void {
    const { searchParams } = socket.url;
    const epoch = searchParams.get('epoch');
    const brought = Number(searchParams.get('offset'));
    const isOurs = epoch === `e${this.epoch}`;
    const offset = epoch === null ? this.log.length : isOurs ? brought : 0;
    const replayed = this.log.length - offset;
    const known = replayed === 0 ? { outcome: 'lossless' } : { outcome: 'replayed', replayed };
    const resume = isOurs ? known : { outcome: 'gap', reason: 'epoch' };
    for (const old of [...this.sessions.keys()])
      if (searchParams.has('resume')) {
        this.left(old);
        old.end(4409, '{"r":"superseded"}');
      }
    this.sessions.set(socket, offset);
    socket.greet({
      session: `s${this.dials}`,
      ticket: `t${this.dials}`,
      epoch: `e${this.epoch}`,
      offset,
      resume: epoch === null ? { outcome: 'new' } : resume,
    });
    this.#write(socket);
  }

  #write(socket: FakeWebSocket): void {
    for (;;) {
      const written = this.sessions.get(socket);
      if (written === undefined || written >= this.log.length) return;
      this.sessions.set(socket, written + 1);
      socket.event(written + 1, this.log[written]);
    }
  }

  #grant(name: string): void {
    const [first] = this.#locks.get(name) ?? [];
    if (first === undefined || first.isGranted) return;
    first.isGranted = true;
    void first.granted().then(() => this.#release(name, (one) => one === first));
  }

  #release(name: string, isGone: (one: Waiting) => boolean): void {
    const waiting = this.#locks.get(name) ?? [];
    const left = waiting.filter((one) => !isGone(one));
    this.#locks.set(name, left);
    if (left.length > 0 && left[0] !== waiting[0]) this.clock.after(1, () => this.#grant(name));
  }
}

/** Hands what is posted to the others a moment later, in order, as a structured clone. */
class FakeChannel implements ChannelPort {
  readonly tab: Tab;
  readonly #clock: ManualClock;
  readonly #all: Set<FakeChannel>;
  #listener: ((event: { data: unknown }) => void) | null = null;

  constructor(tab: Tab, clock: ManualClock, name: string, channels: Map<string, Set<FakeChannel>>) {
    this.tab = tab;
    this.#clock = clock;
    this.#all = channels.get(name) ?? new Set();
    channels.set(name, this.#all.add(this));
  }

  addEventListener(_type: 'message', listener: (event: { data: unknown }) => void): void {
    this.#listener = listener;
  }

  postMessage(post: unknown): void {
    if (this.tab.isDead || !this.#all.has(this)) return;
    const text = JSON.stringify(post);
    for (const other of this.#all)
      if (other !== this)
        this.#clock.after(1, () => {
          if (this.#all.has(other)) other.#listener?.({ data: JSON.parse(text) });
        });
  }

  close(): void {
    this.#all.delete(this);
  }
}
