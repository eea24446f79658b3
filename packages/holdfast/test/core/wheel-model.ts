import { never, type Timed, TimingWheel, type Turn } from '../../src/core/timing-wheel.ts';

export const tickMs = 50;
/** Ticks that are one time around, less the one that is asked. */
const farthest = 4_095;

/** What an owner does when it is asked and its deadline has passed. */
export type Habit =
  | { readonly does: 'leave' | 'throw' | 'remove-itself' | 'throw-removed' }
  | { readonly does: 'again' | 'add-another' | 'move-another'; readonly inMs: number }
  | { readonly does: 'remove-another' };

/** One entry as the naive list sees it. */
interface Entry {
  readonly id: number;
  readonly owner: Owner;
  tick: number;
}

/**
 * A wheel beside a list that is searched from end to end: whoever is asked must be the one the list expects next, and
 * nobody else may be left over.
 */
export class WheelModel {
  readonly wheel: TimingWheel;
  readonly entries: Entry[] = [];
  readonly thrown: Owner[] = [];
  now: number;
  asked = 0;
  #position: number;

  constructor(now: number) {
    this.now = now;
    this.#position = Math.floor(now / tickMs);
    this.wheel = new TimingWheel(tickMs, now, (owner) => void this.thrown.push(owner as Owner));
  }

  add(deadline: number, habit: Habit): void {
    const owner = new Owner(this, deadline, habit);
    const id = this.wheel.add(owner, deadline);
    if (this.entries.some((entry) => entry.id === id)) throw new Error(`id ${id} was given twice`);
    this.entries.push({ id, owner, tick: this.#tickFor(deadline) });
  }

  move(entry: Entry, deadline: number): void {
    entry.owner.deadline = deadline;
    entry.tick = this.#tickFor(deadline);
    this.wheel.move(entry.id, deadline);
  }

  remove(entry: Entry): void {
    this.#forget(entry);
    this.wheel.remove(entry.id);
  }

  restart(): void {
    if (this.entries.length === 0) this.#position = Math.floor(this.now / tickMs);
    this.wheel.restart(this.now);
  }

  turn(most: number): void {
    const until = Math.floor(this.now / tickMs);
    const before = this.asked;
    const turn: Turn = this.wheel.turn(this.now, most);
    const due = this.entries.filter(({ tick }) => tick <= until);
    if (turn.asked !== this.asked - before) throw new Error(`told of ${turn.asked} asked`);
    if (turn.asked > most) throw new Error(`asked ${turn.asked}, more than ${most}`);
    if (turn.more !== due.length > 0) throw new Error(`${due.length} are left over`);
    if (turn.more) this.#position = Math.min(...due.map(({ tick }) => tick));
    else this.#position = Math.max(this.#position, until + 1);
  }

  /** Compares what the wheel tells with the list. */
  check(): void {
    if (this.wheel.size !== this.entries.length)
      throw new Error(`size ${this.wheel.size}, not ${this.entries.length}`);
    for (const { id, tick } of this.entries) {
      const told = this.wheel.deadlineOf(id);
      if (told !== tick * tickMs) throw new Error(`entry ${id} at ${told}, not ${tick * tickMs}`);
    }
  }

  /** Called by an owner when it is asked; returns its entry, once it was found to be its turn. */
  begin(owner: Owner, now: number): Entry {
    this.asked += 1;
    const entry = this.entries.find((other) => other.owner === owner);
    if (entry === undefined) throw new Error('asked an owner that is not on the list');
    if (now !== this.now) throw new Error(`asked at ${now}, not ${this.now}`);
    const earliest = Math.min(...this.entries.map(({ tick }) => tick));
    if (entry.tick !== earliest) throw new Error(`asked tick ${entry.tick} before ${earliest}`);
    if (entry.tick > Math.floor(now / tickMs)) throw new Error('asked before its time');
    this.#position = entry.tick;
    entry.tick = Number.POSITIVE_INFINITY;
    return entry;
  }

  /** Called by an owner before it answers with this deadline. */
  answered(owner: Owner, deadline: number): void {
    const entry = this.entries.find((other) => other.owner === owner);
    if (entry === undefined) return;
    if (deadline === never) this.#forget(entry);
    else
      entry.tick = this.#tickFor(Math.max(deadline, (Math.floor(this.now / tickMs) + 1) * tickMs));
  }

  #forget(entry: Entry): void {
    this.entries.splice(this.entries.indexOf(entry), 1);
  }

  #tickFor(deadline: number): number {
    const tick = Math.ceil(deadline / tickMs);
    return Math.min(Math.max(tick, this.#position), this.#position + farthest);
  }
}

class Owner implements Timed {
  readonly #model: WheelModel;
  readonly #habit: Habit;
  deadline: number;
  /** What went wrong; thrown by `due` it would pass for a habit. */
  violation: unknown = null;

  constructor(model: WheelModel, deadline: number, habit: Habit) {
    this.#model = model;
    this.deadline = deadline;
    this.#habit = habit;
  }

  due(now: number): number {
    const model = this.#model;
    let entry: Entry;
    try {
      entry = model.begin(this, now);
    } catch (error) {
      this.violation = error;
      throw error;
    }
    this.deadline = now < this.deadline ? this.deadline : this.#act(entry, now);
    model.answered(this, this.deadline);
    return this.deadline;
  }

  #act(entry: Entry, now: number): number {
    const model = this.#model;
    const habit = this.#habit;
    const another = model.entries.find(({ owner }) => owner !== this);
    switch (habit.does) {
      case 'leave':
        return never;
      case 'again':
        return now + habit.inMs;
      case 'throw':
        return this.#fail(now);
      case 'throw-removed':
        model.remove(entry);
        return this.#fail(now);
      case 'remove-itself':
        model.remove(entry);
        return now + tickMs;
      case 'add-another':
        model.add(now + habit.inMs - tickMs, { does: 'leave' });
        return now + habit.inMs;
      case 'move-another':
        if (another !== undefined) model.move(another, now + habit.inMs - tickMs);
        return never;
      case 'remove-another':
        if (another !== undefined) model.remove(another);
        return never;
    }
  }

  #fail(now: number): never {
    this.deadline = now + 1_000;
    this.#model.answered(this, this.deadline);
    throw new Error('an owner that throws');
  }
}
