import type { SeededRandom } from 'holdfast/testing';
import type { Dialer, ProofClient } from '../dialer.ts';
import { quantities } from './load-plan.ts';
import type { Measures } from './measures.ts';

/** A place for one client at a time. */
interface Seat {
  readonly user: string;
  client: ProofClient | null;
  /** Its client is leaving, or the next one is on its way. */
  isBusy: boolean;
}

/** What a crowd is made of. */
export interface CrowdParts {
  readonly dialer: Dialer;
  readonly measures: Measures;
  readonly random: SeededRandom;
  /** One entry for each client, so a user with five clients stands here five times. */
  readonly users: readonly string[];
  /** Called with every client that has left or was ended, with all it has received. */
  readonly left: (client: ProofClient) => void;
}

/** Clients that are alive: they fill their places, and then leave and come again. */
export class Crowd {
  readonly #parts: CrowdParts;
  readonly #seats: readonly Seat[];
  readonly #underWay: Set<Promise<void>> = new Set();
  /** When those were due that found every place busy: each takes the next place, and counts from when it was due. */
  readonly #late: number[] = [];

  constructor(parts: CrowdParts) {
    this.#parts = parts;
    this.#seats = parts.users.map((user) => ({ user, client: null, isBusy: false }));
  }

  /** Clients that are connected now. */
  get clients(): readonly ProofClient[] {
    return this.#seats.flatMap(({ client }) =>
      client === null || client.end !== null ? [] : [client],
    );
  }

  /** Begins one arrival: into an empty place, else in the place of a client that leaves. */
  arrive(dueAtMs: number): void {
    const seat = this.#findEmpty() ?? this.#pickTaken();
    if (seat === undefined) this.#late.push(dueAtMs);
    else this.#begin(seat, dueAtMs);
  }

  /** Resolves when nobody is on the way any more. */
  async settle(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  /** Every client leaves. */
  async leave(): Promise<void> {
    await this.settle();
    const { clients } = this;
    for (const seat of this.#seats) seat.client = null;
    await Promise.all(clients.map((client) => client.close()));
    for (const client of clients) this.#parts.left(client);
  }

  /** Tells of sessions that ended by themselves, and empties their places. */
  look(): void {
    for (const seat of this.#seats) {
      const { client } = seat;
      if (client === null || client.end === null || seat.isBusy) continue;
      this.#parts.measures.sample(quantities.ended, client.end.code);
      seat.client = null;
      this.#parts.left(client);
    }
  }

  #begin(seat: Seat, dueAtMs: number): void {
    const turn = this.#turn(seat, dueAtMs).finally(() => {
      this.#underWay.delete(turn);
      const next = this.#late.shift();
      if (next !== undefined) this.#begin(seat, next);
    });
    this.#underWay.add(turn);
  }

  async #turn(seat: Seat, dueAtMs: number): Promise<void> {
    const { dialer, measures } = this.#parts;
    seat.isBusy = true;
    const before = seat.client;
    try {
      await before?.close();
      seat.client = null;
      if (before !== null) this.#parts.left(before);
      const wantedAtMs = before === null ? dueAtMs : Math.max(dueAtMs, performance.now());
      const arrival = await dialer.dial({ user: seat.user });
      if (arrival.isOpen) {
        seat.client = arrival.client;
        measures.sample(quantities.connect, performance.now() - wantedAtMs);
        if (before !== null) measures.sample(quantities.reload, performance.now() - dueAtMs);
      } else {
        measures.sample(quantities.refused, arrival.end.code);
      }
    } catch {
      // No answer at all, or no connection: the target refused it in the least polite way.
      measures.sample(quantities.refused, 1006);
    } finally {
      seat.isBusy = false;
    }
  }

  #findEmpty(): Seat | undefined {
    return this.#seats.find(({ client, isBusy }) => client === null && !isBusy);
  }

  #pickTaken(): Seat | undefined {
    return this.#parts.random.pick(this.#seats.filter(({ isBusy }) => !isBusy));
  }
}
