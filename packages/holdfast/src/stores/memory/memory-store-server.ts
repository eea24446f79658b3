import type { StoreMessage } from '../../sessions/store/cluster-store.ts';
import { LookingOver } from './look-over.ts';
import type { LeaseTerms } from './roster.ts';
import { emptyStore, type StoreData, type Turn } from './store-data.ts';

/** What a memory store is made with. */
export interface MemoryStoreOptions {
  /** The clock of the store, epoch milliseconds. */
  readonly nowMs: () => number;
  /** A draw from [0, 1); the key that signs tickets is drawn by it. */
  readonly random: () => number;
  /** How long a lease runs. Default 5000 ms. */
  readonly leaseMs?: number;
}

/** All that a store kept at one instant. */
export interface StoreSnapshot {
  readonly data: StoreData;
}

/** Who hears what is sent to a generation. */
export type Inbox = (message: StoreMessage) => boolean;

/**
 * A store in the memory of this process, for clusters of simulated nodes, for tests, and to try a cluster in one process. It
 * models a Redis: one clock, one act at a time, and messages that are lost where nobody listens.
 *
 * ```ts
 * const server = new MemoryStoreServer({ nowMs: Date.now, random: Math.random });
 * const [one, other] = [new MemoryStore(server), new MemoryStore(server)];
 * ```
 */
export class MemoryStoreServer {
  readonly terms: LeaseTerms;
  readonly #nowMs: () => number;
  readonly #inboxes: Map<number, Inbox> = new Map();
  #data: StoreData = emptyStore();
  #lookingOver: LookingOver = new LookingOver(this.#data);
  /** Acts done so far. */
  acts = 0;

  constructor({ nowMs, random, leaseMs = 5_000 }: MemoryStoreOptions) {
    this.#nowMs = nowMs;
    this.terms = { random, leaseMs };
  }

  /** How many users it keeps anything about that is forgotten some time. */
  get size(): number {
    return this.#data.users.size + this.#data.messages.size;
  }

  /** Forgets everything, as FLUSHALL does; connections stay. */
  wipe(): void {
    this.#replace(emptyStore());
  }

  /** What it keeps now. */
  snapshot(): StoreSnapshot {
    return { data: structuredClone(this.#data) };
  }

  /** Goes back to what it kept then: what was acknowledged since is lost, as in a failover. */
  rollBack({ data }: StoreSnapshot): void {
    this.#replace(structuredClone(data));
  }

  /** Does one act, whole, at this instant; then its messages are sent, in order. */
  do<T>(act: (turn: Turn) => T): T {
    this.acts += 1;
    const messages: { readonly node: number; readonly message: StoreMessage }[] = [];
    const turn: Turn = {
      data: this.#data,
      nowMs: this.#nowMs(),
      tell: (node, message) => void messages.push({ node, message }),
    };
    this.#lookingOver.goOn(turn.nowMs);
    const answer = act(turn);
    for (const { node, message } of messages) this.send(node, message);
    return answer;
  }

  /** Sends to whoever listens for a generation; false where nobody does. */
  send(node: number, message: StoreMessage): boolean {
    return this.#inboxes.get(node)?.(message) ?? false;
  }

  /** What is sent to a generation goes here from now on. */
  listen(node: number, inbox: Inbox): void {
    this.#inboxes.set(node, inbox);
  }

  /** Nobody listens for this generation any more, if it was this one. */
  unlisten(node: number, inbox: Inbox): void {
    if (this.#inboxes.get(node) === inbox) this.#inboxes.delete(node);
  }

  #replace(data: StoreData): void {
    this.#data = data;
    this.#lookingOver = new LookingOver(data);
  }
}
