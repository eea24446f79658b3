import type { Desk } from '../deployment.ts';
import type { ProofClient } from '../dialer.ts';
import { quantities } from './load-plan.ts';
import type { Measures } from './measures.ts';

/** After this long, an event that was neither received nor told as a gap is lost. */
const GRACE_MS = 5_000;

interface Outstanding {
  readonly offset: number;
  readonly publishedAtMs: number;
  /** Clients that were there before it was published and after. */
  readonly owed: readonly ProofClient[];
}

/** Publishes events and finds out what becomes of each at every client that was there. */
export class EventBook {
  readonly #desk: Desk;
  readonly #measures: Measures;
  #outstanding: Outstanding[] = [];
  /** How many events of each client have been looked at. */
  readonly #seen: WeakMap<ProofClient, number> = new WeakMap();

  constructor(desk: Desk, measures: Measures) {
    this.#desk = desk;
    this.#measures = measures;
  }

  /** Publishes one event to the user of these clients, who were all connected when it was due. */
  async publish(user: string, dueAtMs: number, clients: readonly ProofClient[]): Promise<void> {
    const { offset } = await this.#desk.publish(user, { event: 'load', data: dueAtMs });
    const owed = clients.filter(({ end }) => end === null);
    this.#outstanding.push({ offset, publishedAtMs: performance.now(), owed });
  }

  /** Measures what has arrived since the last look, and what is overdue. */
  look(clients: readonly ProofClient[]): void {
    for (const client of clients) this.measure(client);
    const nowMs = performance.now();
    const isOver = ({ publishedAtMs }: Outstanding): boolean => nowMs - publishedAtMs > GRACE_MS;
    for (const one of this.#outstanding.filter(isOver)) this.#judge(one);
    this.#outstanding = this.#outstanding.filter((one) => !isOver(one));
  }

  /** Measures what a client has received since it was last looked at. */
  measure(client: ProofClient): void {
    const fresh = client.received.slice(this.#seen.get(client) ?? 0);
    this.#seen.set(client, client.received.length);
    for (const { data, atMs } of fresh) {
      if (typeof data === 'number') this.#measures.sample(quantities.event, atMs - data);
    }
  }

  #judge({ offset, owed }: Outstanding): void {
    for (const { received, gaps, end } of owed) {
      const isAccountedFor = end !== null || gaps.length > 0;
      if (isAccountedFor || received.some((one) => one.offset === offset)) continue;
      this.#measures.sample(quantities.lost, 1);
    }
  }
}
