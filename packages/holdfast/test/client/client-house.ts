import type { ClientEvents } from '../../src/client/client-events.ts';
import { HoldfastClient } from '../../src/client/client.ts';
import type { Ground, PagePort } from '../../src/client/ground.ts';
import type { LoadTabs } from '../../src/client/house.ts';
import { type ClientOptions, resolveClientOptions } from '../../src/client/options.ts';
import type { PositionStorage } from '../../src/client/position.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

/** A WebSocket whose other end is the test. */
export class FakeWebSocket {
  readonly url: URL;
  readonly protocols: readonly string[];
  readyState = 0;
  readonly sent: Record<string, unknown>[] = [];
  closedWith: number | null = null;
  /** Whether the server is there. */
  answersPings = true;
  readonly #listeners: Map<string, (event: object) => void> = new Map();

  constructor(url: string, protocols: string[] = []) {
    this.url = new URL(url);
    this.protocols = protocols;
  }

  addEventListener(type: string, listener: (event: object) => void): void {
    this.#listeners.set(type, listener);
  }

  send(text: string): void {
    const frame = JSON.parse(text) as Record<string, unknown>;
    this.sent.push(frame);
    if (frame['type'] === 'ping' && this.answersPings) this.say({ type: 'pong' });
  }

  /** The closing handshake begins; the other end answers when the test says so. */
  close(code = 1005): void {
    this.readyState = 2;
    this.closedWith ??= code;
  }

  /** Messages of one type the client has sent. */
  sentOf(type: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame['type'] === type);
  }

  say(frame: object): void {
    this.sayText(JSON.stringify(frame));
  }

  sayText(text: string): void {
    if (this.readyState === 0) this.readyState = 1;
    this.#listeners.get('message')?.({ data: text });
  }

  /** The server greets. */
  greet(more: object = {}): void {
    this.say({
      type: 'ready',
      session: 's1',
      user: 'ann',
      ticket: 't1',
      epoch: 'e1',
      offset: 0,
      resume: { outcome: 'new' },
      limit: 5,
      sessions: 1,
      pingInterval: 25_000,
      resumeWindow: 120_000,
      ...more,
    });
  }

  event(offset: number, data: unknown = null): void {
    this.say({ type: 'event', offset, event: 'note', data, time: 1 });
  }

  /** The connection ends, as the client sees it. */
  end(code = 1006, reason = ''): void {
    this.readyState = 3;
    this.#listeners.get('close')?.({ code, reason });
  }
}

/** A page that the test controls. */
export class FakePage implements PagePort {
  readonly listeners: Map<string, Set<(event: { type: string }) => void>> = new Map();
  readonly document = { visibilityState: 'visible' };

  addEventListener(type: string, listener: (event: { type: string }) => void): void {
    this.listeners.set(type, (this.listeners.get(type) ?? new Set()).add(listener));
  }

  removeEventListener(type: string, listener: (event: { type: string }) => void): void {
    this.listeners.get(type)?.delete(listener);
  }

  fire(type: string): void {
    for (const listener of this.listeners.get(type) ?? []) listener({ type });
  }

  get listenerCount(): number {
    return [...this.listeners.values()].reduce((sum, { size }) => sum + size, 0);
  }
}

/** A storage like `sessionStorage`. */
export class FakeStorage implements PositionStorage {
  readonly values: Map<string, string> = new Map();
  error: Error | null = null;

  getItem(key: string): string | null {
    return this.values.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    if (this.error !== null) throw this.error;
    this.values.set(key, value);
  }
}

/** A token of this user; nobody verifies it here. */
export function tokenOf(claims: object): string {
  return `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.mark`;
}

type Heard = { [Name in keyof ClientEvents<Record<string, unknown>>]: [Name, unknown] };

let texts = 0;

/** The ground of a test; draws come from the list, then they are one half. */
export function groundOf(
  clock: ManualClock,
  page: PagePort | null = null,
  draws: number[] = [],
): Ground {
  return {
    nowMs: () => clock.nowMs(),
    epochMs: () => clock.epochMs(),
    after: (ms, callback) => clock.after(ms, callback),
    cancel: (handle) => clock.cancel(handle),
    random: () => draws.shift() ?? 0.5,
    uniqueText: () => `u${(texts += 1)}`,
    page,
  };
}

/** A client on a manual clock, and all that it did. */
export class ClientHouse {
  readonly clock: ManualClock;
  readonly sockets: FakeWebSocket[] = [];
  readonly client: HoldfastClient<Record<string, unknown>>;
  /** Everything the client told, in order. */
  readonly heard: Heard[keyof Heard][] = [];
  /** The next draws; then one half. */
  readonly draws: number[] = [];

  constructor(
    options: Partial<ClientOptions> = {},
    given: {
      readonly page?: FakePage;
      readonly clock?: ManualClock;
      readonly loadTabs?: LoadTabs;
    } = {},
  ) {
    this.clock = given.clock ?? new ManualClock();
    const { sockets } = this;
    class Recorded extends FakeWebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        sockets.push(this);
      }
    }
    const settings = resolveClientOptions({
      url: 'ws://gateway.test/ws',
      WebSocket: Recorded,
      ...options,
    });
    this.client = new HoldfastClient(
      settings,
      groundOf(this.clock, given.page ?? null, this.draws),
      given.loadTabs ?? (() => Promise.reject(new Error('There is no code of tabs here.'))),
    );
    for (const name of [
      'event',
      'gap',
      'ready',
      'state',
      'limit',
      'drain',
      'closed',
      'error',
    ] as const)
      this.client.on(name, (value) => this.heard.push([name, value] as Heard[typeof name]));
  }

  /** The last socket made. */
  get socket(): FakeWebSocket {
    const last = this.sockets.at(-1);
    if (last === undefined) throw new Error('Expected the client to have dialed.');
    return last;
  }

  /** What was told under this name. */
  told<Name extends keyof Heard>(name: Name): ClientEvents<Record<string, unknown>>[Name][] {
    return this.heard
      .filter(([one]) => one === name)
      .map(([, value]) => value as ClientEvents<Record<string, unknown>>[Name]);
  }

  /** Offsets of the events told. */
  get offsets(): number[] {
    return this.told('event').map(({ offset }) => offset);
  }

  /** Time passes, and promises settle meanwhile. */
  async pass(ms = 0): Promise<void> {
    await this.clock.settle(ms, Math.max(50, ms / 50));
  }

  /** Connects and is greeted. */
  async open(more: object = {}): Promise<FakeWebSocket> {
    this.client.connect();
    await this.pass();
    this.socket.greet(more);
    return this.socket;
  }
}
