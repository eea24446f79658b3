import type { Deployment } from '../deployment.ts';
import type { ClientEnd, ProofClient, ReceivedEvent, ResumePoint } from '../dialer.ts';
import type { Stage } from './stage.ts';

const patienceMs = 30_000;
/** How long it waits at most before it comes back, whatever it was told. */
const longestPauseMs = 500;
const shortestPauseMs = 20;

/** How a client that roams is set out. */
export interface Roaming {
  readonly user: string;
  /** Where it connects to next. */
  readonly where: () => Deployment;
}

/**
 * A client that wants every event of its user, on whatever node: when its connection ends, it comes back with its ticket and
 * position, where it is sent then.
 */
export class RoamingClient {
  /** What it was told when it was not let in, other than by a node that is gone. */
  readonly refusals: ClientEnd[] = [];
  /** How its connections ended, in order. */
  readonly ends: ClientEnd[] = [];
  readonly #stage: Stage;
  readonly #roaming: Roaming;
  readonly #received: ReceivedEvent[] = [];
  readonly #gaps: string[] = [];
  #client: ProofClient | null = null;
  #node: Deployment | null = null;
  #position: ResumePoint | undefined;
  #isOver = false;
  #living: Promise<void> = Promise.resolve();

  constructor(stage: Stage, roaming: Roaming) {
    this.#stage = stage;
    this.#roaming = roaming;
  }

  /** Everything it got, over all its connections. */
  get received(): readonly ReceivedEvent[] {
    return [...this.#received, ...(this.#client?.received ?? [])];
  }

  /** Why it was told that something is gone, each time. */
  get gaps(): readonly string[] {
    return [...this.#gaps, ...(this.#client?.gaps.map(({ reason }) => reason) ?? [])];
  }

  /** The session it has; null while it has none. */
  get session(): string | null {
    return this.#client === null || this.#client.end !== null ? null : this.#client.session;
  }

  /** Where it was let in last; null before that. */
  get node(): Deployment | null {
    return this.#node;
  }

  /** Connects, and resolves when it has its first session. */
  async start(): Promise<void> {
    await this.#connect();
    this.#living = this.#live();
    // Its failure is told by `stop`.
    this.#living.catch(() => undefined);
  }

  /** Waits until it has this number, by which all before it were written. */
  async gets(number: number, withinMs: number): Promise<boolean> {
    return await this.#stage.eventually(
      () => Promise.resolve(this.received.some(({ data }) => data === number)),
      withinMs,
    );
  }

  /** Ends its connection without a word, as a network does; it comes back. */
  cut(): void {
    this.#client?.drop();
  }

  /** Leaves for good. Rejects with what kept it from coming back. */
  async stop(): Promise<void> {
    this.#isOver = true;
    this.#client?.drop();
    await this.#living;
  }

  async #live(): Promise<void> {
    while (!this.#isOver) {
      const client = this.#client;
      if (client === null) return;
      if (!(await client.until(() => client.end !== null || this.#isOver, patienceMs))) continue;
      if (this.#isOver) return;
      this.#leave(client);
      await this.#pause(client.end);
      await this.#connect();
    }
  }

  #leave(client: ProofClient): void {
    this.#received.push(...client.received);
    this.#gaps.push(...client.gaps.map(({ reason }) => reason));
    this.#position = client.position;
    this.#client = null;
    if (client.end !== null) this.ends.push(client.end);
  }

  async #connect(): Promise<void> {
    const { user, where } = this.#roaming;
    const giveUpAt = performance.now() + patienceMs;
    while (!this.#isOver && performance.now() < giveUpAt) {
      const resume = this.#position === undefined ? {} : { resume: this.#position };
      const node = where();
      const arrival = await this.#stage.at(node).connect({ user, ...resume });
      if (arrival.isOpen) {
        this.#node = node;
        this.#client = arrival.client;
        return;
      }
      if (arrival.end.code !== 1006) this.refusals.push(arrival.end);
      await this.#pause(arrival.end);
    }
    if (!this.#isOver) throw new Error(`Expected a client to be let in within ${patienceMs} ms.`);
  }

  async #pause(end: ClientEnd | null): Promise<void> {
    const toldMs = end?.retryMs ?? 0;
    await this.#stage.pause(Math.min(Math.max(toldMs, shortestPauseMs), longestPauseMs));
  }
}
