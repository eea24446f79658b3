import { setImmediate as turn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Metrics, SessionLayer } from 'holdfast';
import { FakeSocket, ManualClock, SeededRandom } from 'holdfast/testing';
import type { TimelineMark } from '../evidence/evidence.ts';
import { type LoadPlan, quantities } from '../load/load-plan.ts';
import type { Measures, Quantity } from '../load/measures.ts';
import { soakQuantities } from './soak-plan.ts';

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Steps in which time passes while somebody waits. */
const STEP_MS = 10;
/** How often the process is looked at, and how often clients freeze and come back, by the manual clock. */
const OBSERVE_EVERY_MS = 600_000;
const FREEZE_EVERY_MS = 15_000;

/** A day in less than a minute. */
export interface CompressedDay {
  readonly plan: LoadPlan;
  readonly environment: string;
  readonly measures: Measures;
  readonly mark: (mark: TimelineMark) => void;
  /** Called after each observation. */
  readonly tell: (elapsedMs: number) => void;
  readonly signal: AbortSignal;
}

/** One place of a user: the client that sits there, and those before it with nobody behind them. */
interface Seat {
  readonly user: string;
  socket: FakeSocket | null;
}

/**
 * Runs the session layer in this process on a manual clock for the whole time of the plan: clients come, talk, leave and
 * freeze, pings and sweeps run as they would, and nothing waits. The memory it measures is that of this process after a
 * full collection. What it cannot show is the machine: sockets, kernel buffers, the garbage of a day.
 */
export async function runCompressedDay(day: CompressedDay): Promise<void> {
  const run = new DayInProcess(day);
  await run.run();
}

class DayInProcess {
  readonly #day: CompressedDay;
  readonly #clock: ManualClock = new ManualClock();
  readonly #random: SeededRandom;
  readonly #layer: SessionLayer;
  readonly #seats: readonly Seat[];
  readonly #metrics: Metrics = new Metrics();
  readonly #collectGarbage: () => void = findCollector();
  readonly #startedAtMs: number;
  #arrivalsOwed = 0;
  #eventsOwed = 0;

  constructor(day: CompressedDay) {
    this.#day = day;
    const { plan, environment } = day;
    this.#random = new SeededRandom(plan.seed);
    const options = { environment, maxSessionsPerUser: plan.sessionsPerUser };
    this.#layer = new SessionLayer(options, {
      clock: this.#clock,
      random: () => this.#random.next(),
      node: 'soak',
      listeners: [(event) => this.#metrics.record(event, this.#clock.nowMs())],
    });
    this.#startedAtMs = this.#clock.nowMs();
    this.#seats = Array.from({ length: plan.users * plan.sessionsPerUser }, (_, index) => ({
      user: `user-${index % plan.users}`,
      socket: null,
    }));
  }

  async run(): Promise<void> {
    const { plan, signal, mark } = this.#day;
    await Promise.all(this.#seats.map((seat) => this.#come(seat)));
    mark({ atMs: 0, kind: 'note', what: `population reached: ${this.#seats.length} sessions` });
    this.#observe();
    let observedAtMs = 0;
    let frozenAtMs = 0;
    while (this.#now() < plan.durationMs && !signal.aborted) {
      await this.#live();
      if (this.#now() - frozenAtMs >= FREEZE_EVERY_MS) {
        frozenAtMs = this.#now();
        await this.#freezeSome();
      }
      if (this.#now() - observedAtMs < OBSERVE_EVERY_MS) continue;
      observedAtMs = this.#now();
      this.#observe();
    }
    this.#observe();
    await this.#leave();
  }

  /** A second, and what happens in it. */
  async #live(): Promise<void> {
    const { ratePerSecond, eventsPerSecond } = this.#day.plan;
    const beganAtMs = this.#now();
    this.#clock.advance(SECOND_MS);
    for (this.#arrivalsOwed += ratePerSecond; this.#arrivalsOwed >= 1; this.#arrivalsOwed -= 1)
      await this.#reload();
    for (this.#eventsOwed += eventsPerSecond; this.#eventsOwed >= 1; this.#eventsOwed -= 1)
      this.#publish();
    // Promises of the layer settle between two seconds, as they would in a loop of Node's.
    if (beganAtMs % MINUTE_MS === 0) await turn();
  }

  /** A client leaves in an orderly way and comes again. */
  async #reload(): Promise<void> {
    const seat = this.#random.pick(this.#seats);
    if (seat === undefined) return;
    seat.socket?.leave();
    await this.#come(seat);
  }

  /** Clients are gone without a word, and come again while their sessions still stand there. */
  async #freezeSome(): Promise<void> {
    const count = Math.round(this.#day.plan.frozenShare * this.#seats.length);
    const first = this.#random.between(0, this.#seats.length - 1);
    const seats = Array.from(
      { length: count },
      (_, at) => this.#seats[(first + at) % this.#seats.length],
    ).filter((seat) => seat !== undefined);
    for (const { socket } of seats) if (socket !== null) socket.isFrozen = true;
    await Promise.all(seats.map((seat) => this.#come(seat)));
  }

  async #come(seat: Seat): Promise<void> {
    const { measures } = this.#day;
    const socket = new FakeSocket(this.#clock);
    const cameAtMs = this.#clock.nowMs();
    const startedAtMs = performance.now();
    const admission = this.#layer.open({ userId: seat.user, socket });
    measures.sample(quantities.creation, performance.now() - startedAtMs);
    const { outcome } =
      admission.outcome === 'waiting' ? await this.#passTime(admission.settled) : admission;
    seat.socket = outcome === 'opened' ? socket : null;
    if (outcome === 'opened') measures.sample(quantities.connect, this.#clock.nowMs() - cameAtMs);
    else measures.sample(quantities.refused, socket.closes[0]?.code ?? 1006);
  }

  /** Lets the time of the clock pass until this is settled. */
  async #passTime<Value>(promise: Promise<Value>): Promise<Value> {
    const settled = promise.then((value) => ({ value }));
    for (;;) {
      this.#clock.advance(STEP_MS);
      const found = await Promise.race([settled, turn(null)]);
      if (found !== null) return found.value;
    }
  }

  #publish(): void {
    const seat = this.#random.pick(this.#seats);
    if (seat === undefined) return;
    this.#layer.publish(seat.user, { event: 'soak', data: this.#clock.nowMs() });
  }

  #observe(): void {
    const { measures, tell } = this.#day;
    const atMs = this.#now();
    let present = 0;
    for (const { socket } of this.#seats) {
      if (socket === null) continue;
      // A peer keeps what it has received; here nobody reads it again.
      socket.written.length = 0;
      if (socket.isOpen) present += 1;
      else measures.sample(quantities.ended, socket.closes[0]?.code ?? 1006);
    }
    const { sessions, drift, logBytes, sweep } = this.#layer.gauges();
    const { sweep: swept, pressureReaps } = this.#metrics;
    this.#collectGarbage();
    const seen: readonly (readonly [Quantity, number])[] = [
      [soakQuantities.truth, present],
      [soakQuantities.counted, sessions],
      [soakQuantities.drift, drift],
      [soakQuantities.sweepUp, sweep.running ? 1 : 0],
      [soakQuantities.sweepRuns, swept.runs],
      [soakQuantities.reapsSuccessful, pressureReaps.successful],
      [soakQuantities.reapsFailed, pressureReaps.failed],
      [soakQuantities.logBytes, logBytes],
      [soakQuantities.timers, this.#clock.timerCount],
      [soakQuantities.process, 1],
      [soakQuantities.heap, process.memoryUsage().heapUsed],
    ];
    for (const [quantity, value] of seen) measures.point(quantity, atMs, value);
    tell(atMs);
  }

  async #leave(): Promise<void> {
    for (const { socket } of this.#seats) socket?.leave();
    await this.#layer.shutdown();
  }

  #now(): number {
    return this.#clock.nowMs() - this.#startedAtMs;
  }
}

/** The collector of this process, also where it was not started with the flag that shows it. */
function findCollector(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
