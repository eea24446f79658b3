import { FollowingTab } from './following-tab.ts';
import type { House, ShareTabs } from './house.ts';
import { LeadingTab } from './leading-tab.ts';
import type { Link, LinkOwner, SharedDialer } from './link.ts';
import type { TabPost } from './tab-post.ts';
import type { TabRole } from './tab-role.ts';

/** The part of `BroadcastChannel` that is used. */
export interface ChannelPort {
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  postMessage(post: unknown): void;
  close(): void;
}

/** What the browser has for tabs. */
export interface TabPort {
  readonly BroadcastChannel: new (name: string) => ChannelPort;
  readonly locks: {
    request(
      name: string,
      options: { readonly signal: AbortSignal },
      granted: () => Promise<void>,
    ): Promise<unknown>;
  };
}

/**
 * Shares one session among all tabs of a browser that have the same address and the same user: one tab holds the lock and
 * the connection, the others get their frames from it. Without Web Locks or BroadcastChannel (an old browser, a page that
 * did not come over HTTPS) every tab has a session of its own; so has a program that is no page, though Node has both.
 */
export const shareTabs: ShareTabs = (house) => {
  if (house.ground.page === null && !('WorkerGlobalScope' in globalThis)) return null;
  const { navigator, BroadcastChannel } = globalThis as unknown as {
    navigator?: { readonly locks?: TabPort['locks'] };
    BroadcastChannel?: TabPort['BroadcastChannel'];
  };
  const locks = navigator?.locks;
  if (locks === undefined || BroadcastChannel === undefined) return null;
  return shareTabsBy({ locks, BroadcastChannel }, house);
};

/** The same over a port: tests bring their own. */
export function shareTabsBy(port: TabPort, house: House): SharedDialer {
  return new TabDialer(port, house);
}

class TabDialer implements SharedDialer {
  readonly #port: TabPort;
  readonly #house: House;
  #seat: Seat | null = null;

  constructor(port: TabPort, house: House) {
    this.#port = port;
    this.#house = house;
  }

  dial(owner: LinkOwner): Link {
    return new TabLink(this.#house, owner, (user) => this.#sit(user));
  }

  rest(): void {
    this.#seat?.leave();
    this.#seat = null;
  }

  /** Tabs of different users share nothing. */
  #sit(user: unknown): Seat {
    const name = `holdfast.v1 ${this.#house.settings.storageKey} ${JSON.stringify(user)}`;
    if (this.#seat?.name !== name) this.rest();
    this.#seat ??= new Seat(this.#port, name, this.#house.ground.uniqueText());
    return this.#seat;
  }
}

/** The place of this tab among the others: it hears them, and waits for its turn to lead. */
class Seat {
  readonly name: string;
  readonly id: string;
  readonly #channel: ChannelPort;
  readonly #leaving: AbortController = new AbortController();
  /** Gives the lock back; null unless this tab leads. */
  #release: (() => void) | null = null;
  link: TabLink | null = null;
  /** The page has no locks, as in a sandbox: nobody will ever lead here. */
  isForlorn = false;

  constructor({ BroadcastChannel, locks }: TabPort, name: string, id: string) {
    this.name = name;
    this.id = id;
    this.#channel = new BroadcastChannel(name);
    this.#channel.addEventListener('message', ({ data }) => this.link?.hear(data as TabPost));
    const { signal } = this.#leaving;
    locks
      .request(name, { signal }, () => this.#lead())
      .catch(() => {
        if (signal.aborted) return;
        this.isForlorn = true;
        this.link?.take();
      });
  }

  get isLeading(): boolean {
    return this.#release !== null;
  }

  post(post: TabPost): void {
    if (this.#leaving.signal.aborted) return;
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no target
    this.#channel.postMessage(post);
  }

  leave(): void {
    this.#release?.();
    this.#leaving.abort();
    this.#channel.close();
  }

  #lead(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
      if (this.#leaving.signal.aborted) resolve();
      else this.link?.take();
    });
  }
}

/** The link of a client that shares: what it does depends on who leads. */
class TabLink implements Link {
  readonly #house: House;
  readonly #owner: LinkOwner;
  #seat: Seat | null = null;
  #role: TabRole | null = null;
  /** Past the tabs, where they cannot be reached. */
  #direct: Link | null = null;
  #isOver = false;

  constructor(house: House, owner: LinkOwner, sit: (user: unknown) => Seat) {
    this.#house = house;
    this.#owner = owner;
    void this.#join(sit);
  }

  send(text: string): void {
    (this.#role ?? this.#direct)?.send(text);
  }

  close(isDead: boolean): void {
    this.#isOver = true;
    this.#role?.end(isDead);
    this.#direct?.close(isDead);
    if (this.#seat?.link === this) this.#seat.link = null;
  }

  hear(post: TabPost): void {
    if (!this.#isOver) this.#role?.hear(post);
  }

  /** Takes the role that this tab has by now. */
  take(): void {
    const seat = this.#seat;
    if (this.#isOver || seat === null) return;
    if (seat.isForlorn) {
      this.#goAlone();
      return;
    }
    const wasFollowing = this.#role !== null;
    this.#role?.end(false);
    if (wasFollowing) this.#owner.interrupted();
    if (this.#isOver) return;
    const parts = {
      ...this.#house,
      id: seat.id,
      owner: this.#owner,
      post: (post: TabPost) => seat.post(post),
    };
    this.#role = seat.isLeading ? new LeadingTab(parts) : new FollowingTab(parts);
  }

  /** Dials as without sharing. */
  #goAlone(): void {
    if (this.#isOver) return;
    this.#role?.end(false);
    this.#role = null;
    this.#direct = this.#house.direct.dial(this.#owner);
  }

  async #join(sit: (user: unknown) => Seat): Promise<void> {
    const { tokens, position } = this.#house;
    try {
      const token = await tokens.current();
      if (this.#isOver) return;
      tokens.take(token);
      position.claimFor(tokens.user);
      this.#seat = sit(tokens.user);
    } catch {
      // There is no token, or no channel: dialed directly, the connection says what is wrong, or works.
      this.#goAlone();
      return;
    }
    this.#seat.link = this;
    this.take();
  }
}
