import { auditTurn } from './predict.ts';
import { Draws } from './draws.ts';
import { Slots } from './slots.ts';
import { Tally } from './tally.ts';
import { firstBackoffSeconds, leaseSeconds, sweepTurns, type Workload } from './workload.ts';

/** What happens to nodes, at a second of the run. */
export type Incident =
  | { readonly kind: 'dies'; readonly atSecond: number; readonly node: number }
  | {
      readonly kind: 'drains';
      readonly atSecond: number;
      readonly node: number;
      readonly drainSeconds: number;
    };

/** A run to be simulated. */
export interface Run {
  readonly seed: number;
  /** Not counted: users come and go until there are as many sessions as there will be; nothing is published yet. */
  readonly settleSeconds: number;
  /** Not counted either: with events, until those who are away have missed as many as they will have. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly incidents: readonly Incident[];
}

/** What was counted. */
export interface Simulated {
  readonly tally: Tally;
  /** At the end. */
  readonly sessions: number;
  readonly present: number;
  readonly places: number;
  /** Newcomers who found every slot taken, each second on average. */
  readonly refused: number;
}

const stepsPerSecond = 10;
const stepSeconds = 1 / stepsPerSecond;
/** Clients that are told to come back are told by slices; so long until the last is. */
const tellSeconds = 1;
/** Until a node that was drained is replaced. */
const restartSeconds = 2;

interface Return {
  readonly user: number;
  /** The slot that is kept for it; -1 for none. */
  readonly slot: number;
  /** Events of the user when it left. */
  readonly seen: number;
}

/**
 * Plays a workload step by step and counts every act. It knows nothing of the formulas but the workload and how often a
 * node audits: who holds how many slots, where, and who reads what comes out of what happens to each user.
 */
export function simulate(workload: Workload, run: Run): Simulated {
  return new Simulation(workload, run).play();
}

class Simulation {
  readonly #workload: Workload;
  readonly #run: Run;
  readonly #draws: Draws;
  readonly #slots: Slots;
  readonly #tally: Tally;
  /** Events of each user so far; and those that nobody was there for, with the step of the last. */
  readonly #events: Uint32Array;
  readonly #unseen: Uint16Array;
  readonly #lastUnseen: Int32Array;
  readonly #later: Map<number, (() => void)[]> = new Map();
  readonly #returns: Map<number, Return[]> = new Map();
  #alive: number[];
  #step = 0;
  #refused = 0;
  #isCounted = false;
  #isPublished = false;

  constructor(workload: Workload, run: Run) {
    const { users, limit, nodes } = workload;
    this.#workload = workload;
    this.#run = run;
    this.#draws = new Draws(run.seed);
    this.#slots = new Slots(users, limit, nodes);
    this.#tally = new Tally(run.seconds);
    this.#events = new Uint32Array(users);
    this.#unseen = new Uint16Array(users);
    this.#lastUnseen = new Int32Array(users);
    this.#alive = Array.from({ length: nodes }, (_, node) => node);
  }

  play(): Simulated {
    const { settleSeconds, warmUpSeconds, seconds, incidents } = this.#run;
    const before = settleSeconds + warmUpSeconds;
    const steps = (before + seconds) * stepsPerSecond;
    for (const incident of incidents)
      this.#at((before + incident.atSecond) * stepsPerSecond, () => this.#befall(incident));
    for (this.#step = 0; this.#step < steps; this.#step += 1) {
      const second = Math.floor(this.#step / stepsPerSecond) - before;
      this.#isCounted = second >= 0;
      this.#isPublished = second >= -warmUpSeconds;
      this.#tally.second = Math.max(0, second);
      this.#playStep();
    }
    const { liveCount: sessions, present, places } = this.#slots;
    return { tally: this.#tally, sessions, present, places, refused: this.#refused / seconds };
  }

  #playStep(): void {
    const { users, visitRate, eventRate, visitSeconds, breakRate } = this.#workload;
    const draws = this.#draws;
    for (const act of this.#later.get(this.#step) ?? []) act();
    this.#later.delete(this.#step);
    for (const one of this.#returns.get(this.#step) ?? []) this.#comeBack(one);
    this.#returns.delete(this.#step);
    const visits = draws.poisson(users * visitRate * stepSeconds);
    for (let visit = 0; visit < visits; visit += 1) this.#visit(draws.below(users));
    const events = this.#isPublished ? draws.poisson(users * eventRate * stepSeconds) : 0;
    for (let event = 0; event < events; event += 1) this.#publish(draws.below(users));
    const ends = draws.poisson(
      this.#slots.liveCount * (1 / visitSeconds + breakRate) * stepSeconds,
    );
    for (let end = 0; end < ends && this.#slots.liveCount > 0; end += 1)
      this.#end(this.#slots.liveAt(draws.below(this.#slots.liveCount)));
    if (this.#step % stepsPerSecond === 0) this.#beat();
  }

  #visit(user: number): void {
    const node = this.#chooseNode(user);
    if (!this.#admit(user, node)) return;
    this.#catchUp(user, node, 0);
    this.#slots.take(user, node);
  }

  #comeBack({ user, slot, seen }: Return): void {
    const node = this.#chooseNode(user);
    const missed = (this.#events[user] ?? 0) - seen;
    if (slot === -1) {
      if (!this.#admit(user, node)) return;
      this.#catchUp(user, node, missed);
      this.#slots.take(user, node);
    } else {
      const before = this.#slots.nodeOf(slot);
      const isTold = before !== node && this.#alive.includes(before);
      this.#count('admit', this.#slots.count(user), isTold ? 1 : 0);
      this.#catchUp(user, node, missed);
      this.#slots.move(slot, node);
    }
    this.#count('confirm');
  }

  /** Whether there is a free slot. At the limit the other nodes are asked whether theirs are alive, and answer. */
  #admit(user: number, node: number): boolean {
    const rows = this.#slots.count(user);
    this.#count('admit', rows);
    if (rows < this.#slots.limit) return true;
    const asked = this.#slots.spread(user, node);
    for (let word = 0; word < 2 * asked; word += 1) this.#count('post', 0, 1);
    if (this.#isCounted) this.#refused += 1;
    return false;
  }

  /** What this node must read for a newcomer who has missed so many events since it left. */
  #catchUp(user: number, node: number, missed: number): void {
    const unseen = this.#unseenBy(user);
    const entries = Math.max(missed, unseen);
    if (entries > 0 && !this.#slots.isOn(user, node)) this.#count('read', 0, 0, entries);
    if (unseen > 0) this.#count('delivered');
    this.#unseen[user] = 0;
  }

  #unseenBy(user: number): number {
    const keptSteps = this.#workload.keepSeconds * stepsPerSecond;
    const isKept = this.#step - (this.#lastUnseen[user] ?? 0) <= keptSteps;
    return isKept ? (this.#unseen[user] ?? 0) : 0;
  }

  #publish(user: number): void {
    const rows = this.#slots.count(user);
    if (this.#isCounted) this.#count('append', rows, this.#slots.spread(user));
    this.#events[user] = (this.#events[user] ?? 0) + 1;
    if (rows > 0) return;
    this.#unseen[user] = this.#unseenBy(user) + 1;
    this.#lastUnseen[user] = this.#step;
  }

  #end(slot: number): void {
    const { visitSeconds, breakRate, halfOpenShare, breakSeconds } = this.#workload;
    const draws = this.#draws;
    const user = this.#slots.userOf(slot);
    const isBreak = draws.share() * (1 / visitSeconds + breakRate) < breakRate;
    const isHalfOpen = isBreak && draws.share() < halfOpenShare;
    if (isBreak) this.#awaitReturn(user, isHalfOpen ? slot : -1, draws.exponential(breakSeconds));
    if (isHalfOpen) {
      this.#slots.leave(slot);
      return;
    }
    this.#count('release', this.#slots.count(user));
    this.#slots.free(slot);
  }

  #awaitReturn(user: number, slot: number, seconds: number): void {
    const step = this.#step + Math.max(1, Math.round(seconds * stepsPerSecond));
    const one = { user, slot, seen: this.#events[user] ?? 0 };
    const others = this.#returns.get(step);
    if (others === undefined) this.#returns.set(step, [one]);
    else others.push(one);
  }

  #beat(): void {
    const { usersOn, rowsOverPlaces, places } = this.#slots;
    for (const node of this.#alive) {
      this.#count('renew');
      const acts = Math.round(auditTurn(usersOn[node] ?? 0));
      const rows = places === 0 ? 0 : (acts * rowsOverPlaces) / places;
      const swept = (usersOn[node] ?? 0) / sweepTurns;
      if (this.#isCounted)
        this.#tally.countMany('sweep', { acts: swept, rows: 0, told: 0, entries: 0 });
      if (this.#isCounted) this.#tally.countMany('assertRows', { acts, rows, told: 0, entries: 0 });
    }
  }

  #chooseNode(user: number): number {
    const draws = this.#draws;
    const { together } = this.#workload;
    if (together > 0 && draws.share() < together) {
      const rows = this.#slots.count(user);
      const node = rows === 0 ? -1 : this.#slots.nodeOfNth(user, draws.below(rows));
      if (this.#alive.includes(node)) return node;
    }
    return this.#alive[draws.below(this.#alive.length)] ?? 0;
  }

  #befall(incident: Incident): void {
    const { node } = incident;
    this.#alive = this.#alive.filter((one) => one !== node);
    const own: number[] = [];
    for (let place = 0; place < this.#slots.liveCount; place += 1) {
      const slot = this.#slots.liveAt(place);
      if (this.#slots.nodeOf(slot) === node) own.push(slot);
    }
    if (incident.kind === 'dies') this.#die(node, own);
    else this.#drain(node, own, incident.drainSeconds);
  }

  /** Its rows stay until its lease is over, or their clients are back, who come at once. */
  #die(node: number, own: readonly number[]): void {
    // Also those who are back elsewhere by then: only the node itself keeps its list short.
    const listed = this.#slots.usersOn[node] ?? 0;
    for (const slot of own) {
      this.#slots.leave(slot);
      const seconds = this.#draws.share() * firstBackoffSeconds;
      this.#awaitReturn(this.#slots.userOf(slot), slot, seconds);
    }
    this.#at(this.#step + leaseSeconds * stepsPerSecond, () => {
      for (let user = 0; user < listed; user += 1) this.#count('sweep');
    });
  }

  /** Its rows are kept for their tickets; each client is told when to come back. */
  #drain(node: number, own: readonly number[], drainSeconds: number): void {
    own.forEach((slot, at) => {
      const told = this.#step + Math.floor((at / own.length) * tellSeconds * stepsPerSecond);
      this.#at(told, () => {
        if (this.#slots.nodeOf(slot) !== node || this.#slots.isAway(slot)) return;
        this.#count('reserve');
        this.#slots.leave(slot);
        const seconds = this.#draws.share() * drainSeconds;
        this.#awaitReturn(this.#slots.userOf(slot), slot, seconds);
      });
    });
    const back = this.#step + (drainSeconds + restartSeconds) * stepsPerSecond;
    this.#at(back, () => void this.#alive.push(node));
  }

  #at(step: number, act: () => void): void {
    const others = this.#later.get(step);
    if (others === undefined) this.#later.set(step, [act]);
    else others.push(act);
  }

  #count(...about: Parameters<Tally['count']>): void {
    if (this.#isCounted) this.#tally.count(...about);
  }
}
