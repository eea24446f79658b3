import { SeededRandom } from 'holdfast/testing';
import type { Deployment } from '../deployment.ts';
import type { ProofClient } from '../dialer.ts';
import type { TimelineMark } from '../evidence/evidence.ts';
import { observeTarget } from '../observe-target.ts';
import { Crowd } from './crowd.ts';
import { EventBook } from './event-book.ts';
import { FrozenCrowd, GENERATION_MS } from './frozen-crowd.ts';
import { keepTime, sleep } from './keep-time.ts';
import { type LoadPlan, quantities } from './load-plan.ts';
import type { Measures, Quantiles } from './measures.ts';
import { countArrivals, instantOf } from './shape.ts';

/** What a load works with, beside its plan. */
export interface LoadParts {
  readonly deployment: Deployment;
  readonly measures: Measures;
  /** Begins the names of its users. */
  readonly prefix: string;
  readonly mark: (mark: TimelineMark) => void;
  /** Called about once a second. */
  readonly tell: (progress: LoadProgress) => void;
  /** From one look at the target to the next. */
  readonly observeEveryMs: number;
  /** Milliseconds of the run that passed before, where it goes on from an earlier one. */
  readonly startAtMs?: number;
  readonly signal: AbortSignal;
}

/** Where a load stands. */
export interface LoadProgress {
  readonly elapsedMs: number;
  readonly sessions: number;
  /** Of the connects since the last progress; null where there were none. */
  readonly connects: Quantiles | null;
  /** Of the events received since the last progress. */
  readonly events: Quantiles | null;
  /** So far. */
  readonly refused: number;
  readonly ended: number;
  readonly lost: number;
}

const LOOK_EVERY_MS = 1_000;
/** A population comes at the rate of its plan, and not slower than this: what is to be watched begins when it is there. */
const SLOWEST_FILL_PER_SECOND = 50;

/**
 * Fills the population, then lets clients leave and come again as planned, with events flowing and a part of them frozen.
 * Resolves when the time is over or the signal came; every client has left then. What was measured is in `measures`.
 */
export async function runLoad(plan: LoadPlan, parts: LoadParts): Promise<void> {
  const run = new LoadRun(plan, parts);
  try {
    await run.fill();
    await run.churn();
  } finally {
    await run.clear();
  }
}

class LoadRun {
  readonly #plan: LoadPlan;
  readonly #parts: LoadParts;
  readonly #random: SeededRandom;
  readonly #crowd: Crowd;
  readonly #frozen: FrozenCrowd;
  readonly #events: EventBook;
  readonly #wanted: number;
  readonly #startedAtMs: number = performance.now();
  /** Aborted when the run is over, for what runs beside it. */
  readonly #over: AbortController = new AbortController();
  readonly #beside: Promise<void>[] = [];

  constructor(plan: LoadPlan, parts: LoadParts) {
    this.#plan = plan;
    this.#parts = parts;
    this.#random = new SeededRandom(plan.seed);
    const { deployment, measures, prefix, mark } = parts;
    const places = Array.from(
      { length: plan.users * plan.sessionsPerUser },
      (_, index) => `${prefix}-${index % plan.users}`,
    );
    this.#wanted = places.length;
    const frozenCount = Math.round(plan.frozenShare * places.length);
    const { dialer, dialerSource: source, desk } = deployment;
    const users = places.slice(frozenCount);
    this.#events = new EventBook(desk, measures);
    const left = (client: ProofClient): void => this.#events.measure(client);
    this.#crowd = new Crowd({ dialer, measures, random: this.#random, users, left });
    this.#frozen = new FrozenCrowd({
      source,
      measures,
      users: places.slice(0, frozenCount),
      mark: (what) => mark({ atMs: this.#now(), kind: 'fault', what }),
    });
  }

  /** Connects the whole population. */
  async fill(): Promise<void> {
    this.#beside.push(this.#watch());
    await this.#frozen.renew();
    const ratePerSecond = Math.max(this.#plan.ratePerSecond, SLOWEST_FILL_PER_SECOND);
    const count = this.#wanted - this.#frozen.count;
    const { signal } = this.#parts;
    const begin = (dueAtMs: number): void => this.#crowd.arrive(dueAtMs);
    await keepTime({ count, instantOf: (index) => (index * 1_000) / ratePerSecond, begin, signal });
    await this.#crowd.settle();
    await this.#observe();
    this.#parts.mark({
      atMs: this.#now(),
      kind: 'note',
      what: `population reached: ${this.#crowd.clients.length + this.#frozen.count} sessions`,
    });
  }

  /** Clients leave and come again, frozen ones are replaced, events flow. */
  async churn(): Promise<void> {
    const { durationMs, eventsPerSecond } = this.#plan;
    const { signal } = this.#parts;
    this.#beside.push(this.#refreeze());
    const arrivals = keepTime({
      count: countArrivals(this.#plan),
      instantOf: (index) => instantOf(this.#plan, index),
      begin: (dueAtMs) => this.#crowd.arrive(dueAtMs),
      signal,
    });
    const events = keepTime({
      count: Math.floor((eventsPerSecond * durationMs) / 1_000),
      instantOf: (index) => (index * 1_000) / eventsPerSecond,
      begin: (dueAtMs) => void this.#publish(dueAtMs),
      signal,
    });
    await Promise.all([arrivals, events, sleep(durationMs, signal)]);
    await this.#crowd.settle();
  }

  /** Everybody leaves. */
  async clear(): Promise<void> {
    this.#over.abort();
    await Promise.all(this.#beside);
    this.#frozen.end();
    await this.#crowd.leave();
  }

  async #publish(dueAtMs: number): Promise<void> {
    const client = this.#random.pick(this.#crowd.clients);
    if (client === undefined) return;
    const { user } = client;
    const theirs = this.#crowd.clients.filter((one) => one.user === user);
    try {
      await this.#events.publish(user, dueAtMs, theirs);
    } catch (error) {
      const what = `publishing failed: ${error instanceof Error ? error.message : String(error)}`;
      this.#parts.mark({ atMs: this.#now(), kind: 'note', what });
    }
  }

  async #refreeze(): Promise<void> {
    const { signal } = this.#over;
    while (!signal.aborted) {
      await sleep(GENERATION_MS, signal);
      if (!signal.aborted) await this.#frozen.renew();
    }
  }

  async #watch(): Promise<void> {
    const { signal } = this.#over;
    let observedAtMs = Number.NEGATIVE_INFINITY;
    while (!signal.aborted) {
      if (performance.now() - observedAtMs >= this.#parts.observeEveryMs) {
        observedAtMs = performance.now();
        await this.#observe();
      }
      await sleep(LOOK_EVERY_MS, signal);
      this.#look();
    }
  }

  #look(): void {
    const { measures, tell } = this.#parts;
    const { clients } = this.#crowd;
    this.#events.look(clients);
    this.#crowd.look();
    tell({
      elapsedMs: this.#now(),
      sessions: clients.length + this.#frozen.count,
      connects: measures.takeQuantiles(quantities.connect.name),
      events: measures.takeQuantiles(quantities.event.name),
      refused: measures.countOf(quantities.refused.name),
      ended: measures.countOf(quantities.ended.name),
      lost: measures.countOf(quantities.lost.name),
    });
  }

  async #observe(): Promise<void> {
    const { measures, deployment, mark } = this.#parts;
    const atMs = this.#now();
    const sessions = this.#crowd.clients.length + this.#frozen.count;
    measures.point(quantities.sessions, atMs, sessions);
    try {
      for (const { value, ...quantity } of await observeTarget(deployment))
        measures.point(quantity, atMs, value);
    } catch (error) {
      const what = `the target could not be observed: ${error instanceof Error ? error.message : String(error)}`;
      mark({ atMs, kind: 'note', what });
    }
  }

  #now(): number {
    return (this.#parts.startAtMs ?? 0) + performance.now() - this.#startedAtMs;
  }
}
