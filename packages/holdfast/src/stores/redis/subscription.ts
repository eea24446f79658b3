import { backoffMs } from '../../core/backoff.ts';
import type { StoreListener } from '../../sessions/store/cluster-store.ts';
import { StoreError } from '../../sessions/store/store-error.ts';
import { messageOf } from './answers.ts';
import { openLink } from './clients.ts';
import type { Commands } from './commands.ts';
import { Link, markText } from './link.ts';
import type { RedisSettings } from './redis-options.ts';
import { planLinks, type PlannedLink } from './subscription-plan.ts';

const retrying = { firstMs: 100, maxMs: 1_000 };
const markEveryMs = 1_000;
/** A link that has not brought back so many marks is cut: three seconds. */
const mostSilentMarks = 3;

/** What is to be heard, by whom, and who waits for it to begin. */
interface Wish {
  readonly channels: readonly string[];
  readonly listener: StoreListener;
  readonly begun: () => void;
  readonly failed: (error: StoreError) => void;
}

/**
 * Keeps every channel of one generation subscribed. The listener is `connected` only while all of them are, on links that
 * carry: each is sent a mark every second through the connection for commands.
 *
 * ```
 *   links that are planned ──open all──▶ connected ──one ends──▶ disconnected ──┐
 *             ▲                                                                 │
 *             └───────────────────────── plan anew ◀────────────────────────────┘
 * ```
 */
export class Subscription {
  readonly #settings: RedisSettings;
  readonly #commands: Commands;
  readonly #links: Set<Link> = new Set();
  #wish: Wish | null = null;
  #isConnected = false;
  #failures = 0;
  #mending: Promise<void> | null = null;
  #retryTimer: NodeJS.Timeout | undefined;
  #markTimer: NodeJS.Timeout | undefined;

  constructor(settings: RedisSettings, commands: Commands) {
    this.#settings = settings;
    this.#commands = commands;
  }

  /** Resolves once the listener is connected; rejects when the first attempt fails. It is tried again all the same. */
  listen(channels: readonly string[], listener: StoreListener): Promise<void> {
    this.#drop('Another generation is listened to.');
    return new Promise((resolve, reject) => {
      this.#wish = { channels, listener, begun: resolve, failed: reject };
      this.#markTimer = setInterval(() => this.#mark(), markEveryMs);
      this.#mend();
    });
  }

  close(): void {
    this.#drop('The store is closed.');
  }

  #drop(reason: string): void {
    const wish = this.#wish;
    this.#wish = null;
    this.#isConnected = false;
    this.#failures = 0;
    clearInterval(this.#markTimer);
    clearTimeout(this.#retryTimer);
    for (const link of this.#links) link.end();
    this.#links.clear();
    wish?.failed(new StoreError('unreachable', reason));
  }

  /** Opens what is missing, one attempt at a time; an attempt for a former wish is followed by one for the present. */
  #mend(): void {
    const wish = this.#wish;
    if (wish === null || this.#mending !== null) return;
    clearTimeout(this.#retryTimer);
    this.#mending = this.#openMissing(wish)
      .catch((error: unknown) => this.#failed(wish, error))
      .finally(() => {
        this.#mending = null;
        if (this.#wish !== wish) this.#mend();
      });
  }

  async #openMissing(wish: Wish): Promise<void> {
    const planned = await planLinks(this.#commands, wish.channels);
    if (this.#wish !== wish) return;
    for (const link of this.#links)
      if (!planned.some((one) => isFor(one, link))) {
        link.end();
        this.#links.delete(link);
      }
    const present = [...this.#links];
    const missing = planned.filter((one) => !present.some((link) => isFor(one, link)));
    await Promise.all(missing.map((one) => this.#open(one, wish)));
    if (this.#wish !== wish) return;
    // One may have ended while another opened.
    if (this.#links.size < planned.length) throw new Error('A connection for messages has ended.');
    this.#failures = 0;
    this.#isConnected = true;
    wish.begun();
    wish.listener.connected();
  }

  async #open(planned: PlannedLink, wish: Wish): Promise<void> {
    const link = new Link(openLink(this.#settings, planned.address), planned, {
      heard: (text) => this.#heard(wish, text),
      ended: (ended, error) => this.#ended(ended, error),
    });
    this.#links.add(link);
    await link.open();
  }

  #failed(wish: Wish, error: unknown): void {
    if (this.#wish !== wish) return;
    wish.failed(this.#commands.failure(error));
    this.#retry();
  }

  #retry(): void {
    this.#failures += 1;
    clearTimeout(this.#retryTimer);
    const pauseMs = 10 + backoffMs(retrying, this.#failures, Math.random());
    this.#retryTimer = setTimeout(() => this.#mend(), pauseMs);
  }

  #heard(wish: Wish, text: string): void {
    if (this.#wish !== wish) return;
    const message = messageOf(text);
    if (message !== null) wish.listener.heard(message);
  }

  #ended(link: Link, error: Error): void {
    this.#links.delete(link);
    const wish = this.#wish;
    if (wish === null || !this.#isConnected) return;
    this.#isConnected = false;
    this.#retry();
    wish.listener.disconnected(this.#commands.failure(error));
  }

  #mark(): void {
    for (const link of this.#links) {
      if (link.silentMarks >= mostSilentMarks) {
        link.cut(new Error('No message has come through for three seconds.'));
        continue;
      }
      link.silentMarks += 1;
      const [channel = ''] = link.planned.channels;
      // One that cannot be sent does not come back, which is all that counts.
      this.#commands.client.spublish(channel, markText).catch(() => undefined);
    }
  }
}

function isFor(planned: PlannedLink, link: Link): boolean {
  const { address, channels } = link.planned;
  return (
    planned.address?.host === address?.host &&
    planned.address?.port === address?.port &&
    planned.channels.length === channels.length &&
    planned.channels.every((channel, place) => channel === channels[place])
  );
}
