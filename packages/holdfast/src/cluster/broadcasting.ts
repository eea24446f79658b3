import type { EventInput } from '../protocol/event-frame.ts';
import type { BroadcastOutcome } from '../sessions/broadcaster.ts';
import type { Clock } from '../sessions/clock.ts';
import type { SessionCodec } from '../sessions/codec.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { LogTerms } from '../sessions/store/acts.ts';
import { type FromNodes, Question, type QuestionParts } from './question.ts';
import { drawEpoch } from './record-mirrors.ts';
import type { StoreGuard } from './store-guard.ts';

/** What broadcasting works with. */
export interface BroadcastingParts extends QuestionParts {
  readonly clock: Clock;
  readonly codec: SessionCodec;
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly terms: LogTerms;
  /** A user may have missed something of which nobody could tell them yet. */
  readonly onDoubt: (userId: string) => void;
}

interface Order {
  readonly number: number;
  readonly body: string;
}

interface Arrived {
  readonly body: string;
  readonly resolve: (outcome: BroadcastOutcome) => void;
}

/** The body of a broadcast that never came: users are told that it is missing. */
const missing = '';

/** How long another node may take for its users, milliseconds. */
const patienceMs = 30_000;
/** How long the one before it is waited for, milliseconds. */
const orderPatienceMs = 2_000;
/** Users who are given a broadcast at once. */
const mostAtOnce = 256;
const nobody: BroadcastOutcome = { users: 0, sessions: 0, outcome: 'queued' };

/**
 * Publishes to every user who has a session anywhere. Each broadcast has a number; every node puts it into the records of its
 * users, where it counts once however many nodes do. Numbers are taken in their order; of one that does not come, because
 * the node that had it is gone or the words were lost, users are told by a gap.
 */
export class Broadcasting {
  readonly #parts: BroadcastingParts;
  readonly #order: Question<Order, BroadcastOutcome>;
  /** Every broadcast up to this one was given to the users here, or told as missing. */
  #handled: number;
  /** The highest number that is known to be taken. */
  #heardOf: number;
  readonly #arrived: Map<number, Arrived> = new Map();
  #isRunning = false;
  #wake: (() => void) | null = null;

  constructor(parts: BroadcastingParts) {
    this.#parts = parts;
    this.#handled = parts.membership().roster.broadcasts;
    this.#heardOf = this.#handled;
    this.#order = new Question(parts, {
      kind: 'broadcast',
      answer: (order) => this.#take(readOrder(order)),
      withinMs: patienceMs,
    });
  }

  /**
   * Rejects with UsageError `bad-event`, or StoreError where nobody got it. Users of nodes that are silent get it later, or are
   * told that it is missing, and are not counted.
   */
  async broadcast(input: EventInput): Promise<BroadcastOutcome & FromNodes> {
    const { codec, clock, guard } = this.#parts;
    const body = codec.encodeBody(input, clock.epochMs());
    const number = await guard.ask((store) => store.nextBroadcast());
    const { answers, silent } = await this.#order.all({ number, body });
    return { ...answers.map(readOutcome).reduce(sum, nobody), silent };
  }

  /** With each heartbeat: a broadcast that others know of is waited for. */
  look(): void {
    this.#heardOf = Math.max(this.#heardOf, this.#parts.membership().roster.broadcasts);
    this.#run();
  }

  /** The store has forgotten how far it was: numbers begin anew. */
  rejoined(): void {
    const { broadcasts } = this.#parts.membership().roster;
    if (broadcasts >= this.#handled) return;
    this.#handled = broadcasts;
    this.#heardOf = broadcasts;
  }

  #take({ number, body }: Order): Promise<BroadcastOutcome> {
    if (number <= this.#handled || this.#arrived.has(number)) return Promise.resolve(nobody);
    this.#heardOf = Math.max(this.#heardOf, number);
    this.#parts.membership().heardBroadcast(number);
    return new Promise((resolve) => {
      this.#arrived.set(number, { body, resolve });
      this.#wake?.();
      this.#run();
    });
  }

  #run(): void {
    if (this.#isRunning || this.#handled >= this.#heardOf) return;
    this.#isRunning = true;
    void this.#giveAll().finally(() => {
      this.#isRunning = false;
    });
  }

  async #giveAll(): Promise<void> {
    while (this.#handled < this.#heardOf) {
      const number = this.#handled + 1;
      if (!this.#arrived.has(number)) await this.#waitFor(number);
      const arrived = this.#arrived.get(number);
      this.#arrived.delete(number);
      const outcome = await this.#give({ number, body: arrived?.body ?? missing });
      this.#handled = Math.max(this.#handled, number);
      arrived?.resolve(outcome);
    }
  }

  /** Resolves when it is here, or has had time to come. */
  #waitFor(number: number): Promise<void> {
    const { clock } = this.#parts;
    return new Promise((resolve) => {
      const end = (): void => {
        clock.cancel(timer);
        this.#wake = null;
        resolve();
      };
      const timer = clock.after(orderPatienceMs, end);
      this.#wake = (): void => {
        if (this.#arrived.has(number)) end();
      };
    });
  }

  async #give({ number, body }: Order): Promise<BroadcastOutcome> {
    const outcome = { users: 0, sessions: 0, outcome: 'queued' as BroadcastOutcome['outcome'] };
    let slice: string[] = [];
    const flush = async (): Promise<void> => {
      const users = slice;
      slice = [];
      for (const given of await Promise.all(
        users.map((user) => this.#giveUser(user, number, body)),
      )) {
        outcome.users += given.users;
        outcome.sessions += given.sessions;
        if (given.outcome === 'overflow') outcome.outcome = 'overflow';
      }
    };
    for (const userId of this.#parts.layer().cluster.users()) {
      slice.push(userId);
      if (slice.length >= mostAtOnce) await flush();
    }
    await flush();
    return outcome;
  }

  async #giveUser(user: string, broadcast: number, body: string): Promise<BroadcastOutcome> {
    const { guard, membership, terms, onDoubt } = this.#parts;
    const { actor } = membership();
    const entry = { body, onlyFor: null, eventId: null };
    const about = { user, entry, tracked: null, broadcast, epoch: drawEpoch(), terms };
    try {
      const answer = await guard.ask((store) => store.append({ ...actor, ...about }));
      if (answer.outcome === 'appended')
        return { users: 1, sessions: answer.sessions, outcome: 'queued' };
      return { ...nobody, outcome: answer.outcome === 'overflow' ? 'overflow' : 'queued' };
    } catch {
      onDoubt(user);
      return nobody;
    }
  }
}

function sum(one: BroadcastOutcome, other: BroadcastOutcome): BroadcastOutcome {
  return {
    users: one.users + other.users,
    sessions: one.sessions + other.sessions,
    outcome: one.outcome === 'overflow' ? 'overflow' : other.outcome,
  };
}

function readOrder(data: unknown): Order {
  const { number, body } = data as { number?: unknown; body?: unknown };
  return { number: Number(number), body: typeof body === 'string' ? body : '' };
}

function readOutcome(value: unknown): BroadcastOutcome {
  return { ...nobody, ...(value as BroadcastOutcome) };
}
