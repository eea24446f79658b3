import {
  nextReturnMs,
  returnWindow,
  type ReturnWindow,
  spreadReturns,
} from '../core/return-times.ts';
import { describeValue, UsageError } from '../core/usage-error.ts';
import type { Clock } from './clock.ts';
import type { Departures } from './departures.ts';
import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { HookRunner } from './hooks.ts';
import { lingerMs, type LingeringSockets } from './lingering.ts';
import type { MessageIds } from './message-ids.ts';
import type { Receipts } from './receipts.ts';
import type { Reception } from './reception.ts';
import type { Registry } from './registry.ts';
import type { RevokedLineages } from './revoked-lineages.ts';
import type { Session } from './session.ts';
import type { Sweep } from './sweep.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What draining works with. */
export interface DrainRooms {
  readonly clock: Clock;
  /** Draws from [0, 1). */
  readonly random: () => number;
  readonly registry: Registry;
  readonly reception: Reception;
  readonly waiting: WaitingRoom;
  readonly departures: Departures;
  readonly hookRunner: HookRunner;
  readonly history: History;
  readonly receipts: Receipts;
  readonly messageIds: MessageIds;
  readonly revokedLineages: RevokedLineages;
  readonly lingering: LingeringSockets;
  readonly refusals: LingeringSockets;
  readonly sweep: Sweep;
  readonly faults: Faults;
}

/** How a layer is ended. */
export interface DrainOptions {
  /** The drain time: by then everybody is closed, and told to be back. Milliseconds; 0 closes everybody at once. */
  readonly withinMs: number;
}

/** What a timer can be set to. */
const longestMs = 2 ** 31 - 1;
/** Of the drain time the last closing handshakes get a tenth, and no more than any other gets. */
const handshakeShare = 10;
/** How often it is looked whether everybody has left. */
const lookMs = 20;
/** Sessions that are told or closed before the event loop gets its turn, and how long they may take. */
const sliceSessions = 128;
const sliceMs = 4;

/** When what is left of a layer goes, by the raw clock: whoever asked for it counts real time. */
interface Deadlines {
  /** Whoever is still there is closed. */
  readonly closesAtRaw: number;
  readonly endsAtRaw: number;
  /** Whoever has not answered the close frame is cut; after a short drain that takes no less time than ever. */
  readonly cutsAtRaw: number;
}

/** A drain under way. */
interface Course {
  readonly startedAtRaw: number;
  readonly window: ReturnWindow;
  deadlines: Deadlines;
  /** One for each session there was at the start. */
  readonly returns: Uint32Array;
  /** How many of these were given, and how many others to those who came. */
  given: number;
  givenToOthers: number;
}

/**
 * The one way in which a layer ends: nobody is let in any more, everybody is seen off, and then the logs go. It takes as
 * long as the slowest client needs, and at most the drain time.
 */
export class Drain {
  readonly #rooms: DrainRooms;
  #course: Course | null = null;
  #steps: Promise<void> = Promise.resolve();
  #over: Promise<void> = Promise.resolve();

  constructor(rooms: DrainRooms) {
    this.#rooms = rooms;
  }

  /**
   * Begins, and resolves when no session, no socket and no log is left. Asked again, it ends sooner if that is asked for,
   * and never later.
   *
   * @throws UsageError `bad-option`
   */
  begin({ withinMs }: DrainOptions): Promise<void> {
    checkWithin(withinMs);
    const deadlines = deadlinesFrom(this.#rooms.clock.nowMs(), withinMs);
    if (this.#course === null) this.#start(withinMs, deadlines);
    else if (deadlines.endsAtRaw < this.#course.deadlines.endsAtRaw)
      this.#course.deadlines = deadlines;
    return this.#over;
  }

  /** When somebody who is turned away now may come back, milliseconds; undefined when nothing is left of the drain time. */
  returnMs(): number | undefined {
    const course = this.#course;
    if (course === null) return undefined;
    course.givenToOthers += 1;
    const elapsedMs = this.#rooms.clock.nowMs() - course.startedAtRaw;
    return nextReturnMs(course.window, elapsedMs, course.givenToOthers);
  }

  #start(withinMs: number, deadlines: Deadlines): void {
    const { clock, registry, random } = this.#rooms;
    const window = returnWindow(withinMs);
    const course = {
      startedAtRaw: clock.nowMs(),
      window,
      deadlines,
      returns: spreadReturns(withinMs === 0 ? 0 : registry.size, window, random),
      given: 0,
      givenToOthers: 0,
    };
    this.#course = course;
    // The promise stands before the first step: a listener may ask for it from within.
    this.#over = Promise.resolve().then(async () => await this.#steps);
    this.#steps = this.#run(course);
  }

  async #run(course: Course): Promise<void> {
    const {
      reception,
      waiting,
      registry,
      departures,
      clock,
      sweep,
      history,
      receipts,
      messageIds,
      revokedLineages,
    } = this.#rooms;
    const whenToReturn = (): number | undefined => this.returnMs();
    reception.close(whenToReturn);
    waiting.close(whenToReturn);
    while (registry.size > 0) {
      if (clock.nowMs() >= course.deadlines.closesAtRaw)
        await this.#visit((session) => departures.dismiss(session));
      else if (departures.size < registry.size)
        await this.#visit((session) => this.#tell(course, session));
      if (registry.size > 0) await this.#pause();
    }
    sweep.stop();
    history.close();
    receipts.tellAll();
    messageIds.clear();
    revokedLineages.clear();
    await this.#lastWords(course);
  }

  #tell(course: Course, session: Session): void {
    const { departures, clock } = this.#rooms;
    if (departures.has(session)) return;
    const planned = course.returns[course.given];
    course.given += 1;
    const returnAtRaw =
      planned === undefined
        ? clock.nowMs() + (this.returnMs() ?? 0)
        : course.startedAtRaw + planned;
    departures.tell(session, returnAtRaw);
  }

  /** Closing handshakes run, and the hooks that were told of the end. */
  async #lastWords(course: Course): Promise<void> {
    const { lingering, refusals, hookRunner, clock } = this.#rooms;
    for (;;) {
      const { endsAtRaw, cutsAtRaw } = course.deadlines;
      const now = clock.nowMs();
      if (now >= cutsAtRaw) {
        lingering.cutAll();
        refusals.cutAll();
      }
      const isWaiting = hookRunner.underWay > 0 && now < endsAtRaw;
      if (lingering.size + refusals.size === 0 && !isWaiting) return;
      await this.#pause();
    }
  }

  /** Every session, in slices with a poll between them. */
  async #visit(act: (session: Session) => void): Promise<void> {
    const { registry, clock } = this.#rooms;
    let left = sliceSessions;
    let endsAt = clock.nowMs() + sliceMs;
    for (let index = 0; index < registry.reach; index += 1) {
      const session = registry.at(index);
      if (session === null) continue;
      act(session);
      left -= 1;
      if (left > 0 && clock.nowMs() < endsAt) continue;
      await new Promise<void>((resolve) => clock.afterPoll(resolve));
      left = sliceSessions;
      endsAt = clock.nowMs() + sliceMs;
    }
  }

  /** A timer that cannot be set must not keep the layer from ending. */
  async #pause(): Promise<void> {
    const { clock, faults } = this.#rooms;
    await new Promise<void>((resolve) => {
      const isSet = faults.guard('timer', () => void clock.after(lookMs, resolve));
      if (!isSet) clock.afterPoll(resolve);
    });
  }
}

function deadlinesFrom(now: number, withinMs: number): Deadlines {
  const handshakesMs = Math.min(lingerMs, Math.floor(withinMs / handshakeShare));
  return {
    closesAtRaw: now + withinMs - handshakesMs,
    endsAtRaw: now + withinMs,
    cutsAtRaw: now + Math.max(withinMs, lingerMs),
  };
}

function checkWithin(withinMs: unknown): void {
  const isTime = typeof withinMs === 'number' && Number.isInteger(withinMs);
  if (isTime && withinMs >= 0 && withinMs <= longestMs) return;
  throw new UsageError(
    'bad-option',
    `Expected \`withinMs\` to be a whole number from 0 to ${longestMs}, got ${describeValue(withinMs)}.`,
    ['withinMs'],
  );
}
