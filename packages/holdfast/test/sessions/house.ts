import { expect } from 'vitest';
import type { SessionOptions } from '../../src/core/options.ts';
import type { Admission, OpenRequest } from '../../src/sessions/open-request.ts';
import type { Session } from '../../src/sessions/session.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { SessionLayer, type SessionLayerParts } from '../../src/sessions/session-layer.ts';
import { Metrics } from '../../src/telemetry/metrics.ts';
import { readSeedStats, type SeedStats } from '../../src/telemetry/seed-stats.ts';
import { type FakePeer, FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

/** A session and the socket it runs on. */
export interface Connection {
  readonly session: Session;
  readonly socket: FakeSocket;
}

/** Someone at the door: what was answered at once, and what came of it so far. */
export interface Knock {
  readonly admission: Admission;
  readonly socket: FakeSocket;
  /** How the request ended; `waiting` while it has not. */
  outcome: 'opened' | 'refused' | 'left' | 'waiting';
}

/** What a test may choose about someone at the door. */
export type Approach = Partial<Omit<OpenRequest, 'userId' | 'socket'>> & {
  readonly roundTripMs?: FakePeer['roundTripMs'];
  readonly socket?: FakeSocket;
};

/** The real layer on a manual clock, with everything it says written down. */
export class House {
  readonly clock: ManualClock;
  readonly layer: SessionLayer;
  readonly events: SessionEvent[] = [];
  readonly metrics: Metrics = new Metrics();

  constructor(
    options: SessionOptions = {},
    parts: Omit<SessionLayerParts, 'clock'> = {},
    clock: ManualClock = new ManualClock(),
  ) {
    this.clock = clock;
    this.layer = new SessionLayer(options, { node: 'n', ...parts, clock: this.clock });
    this.layer.subscribe((event) => {
      this.events.push(event);
      this.metrics.record(event, this.clock.nowMs());
    });
  }

  socket(peer?: FakePeer): FakeSocket {
    return new FakeSocket(this.clock, peer);
  }

  /** Comes to the door; in whatever way it ends, `outcome` tells once promises have settled. */
  knock(userId: string, approach: Approach = {}): Knock {
    const { roundTripMs = 1, socket = this.socket({ roundTripMs }), ...rest } = approach;
    const admission = this.layer.open({ userId, socket, ...rest });
    const knock: Knock = { admission, socket, outcome: admission.outcome };
    if (admission.outcome === 'waiting') {
      void admission.settled.then(({ outcome }) => {
        knock.outcome = outcome;
      });
    }
    return knock;
  }

  /** Comes to the door and must be let in at once. */
  connect(userId: string, approach: Approach = {}): Connection {
    const { admission, socket } = this.knock(userId, approach);
    if (admission.outcome !== 'opened')
      throw new Error(`expected to get in, was ${admission.outcome}`);
    return { session: admission.session, socket };
  }

  /** Several sessions of one user. */
  fill(userId: string, count: number, approach: Approach = {}): Connection[] {
    return Array.from({ length: count }, () => this.connect(userId, approach));
  }

  /** The events of one type, in order. */
  told<T extends SessionEvent['type']>(type: T): Extract<SessionEvent, { type: T }>[] {
    return this.events.filter(
      (event): event is Extract<SessionEvent, { type: T }> => event.type === type,
    );
  }

  /** The causes of all sessions that ended, in order. */
  get causes(): string[] {
    return this.told('closed').map(({ cause }) => cause);
  }

  get stats(): SeedStats {
    return readSeedStats(this.layer, this.metrics, this.clock.nowMs());
  }

  /** Faults of one place so far. */
  faultsOf(where: Parameters<ReadonlyMap<string, number>['get']>[0]): number {
    return new Map<string, number>(this.layer.faultCounts()).get(where) ?? 0;
  }
}

/** Promises settle. */
export async function settled(): Promise<void> {
  await new Promise<void>((resolve) => void setImmediate(resolve));
}

/** The names of the event frames that went over a socket, in order. */
export function eventsOn(socket: FakeSocket): unknown[] {
  return socket.frames.filter(({ type }) => type === 'event').map(({ event }) => event);
}

/** The frames of one type that went over a socket. */
export function framesOn(socket: FakeSocket, type: string): readonly Record<string, unknown>[] {
  return socket.frames.filter((frame) => frame['type'] === type);
}

/** The layer is over and holds nothing any more: no session, socket, newcomer, log or timer (I5). */
export function expectEmpty(house: House): void {
  expect(house.layer.gauges()).toMatchObject({
    sessions: 0,
    users: 0,
    lingering: 0,
    waiting: 0,
    logs: 0,
    logBytes: 0,
  });
  expect(house.clock.timerCount).toBe(0);
  expect(house.told('sweepStopped')).toHaveLength(1);
}

/** Has every look at the clock take so long, and counts how often the event loop gets its turn. */
export function slowed({ clock }: House, lookMs: number): () => number {
  const look = clock.nowMs.bind(clock);
  let looks = 0;
  clock.nowMs = () => look() + (looks += 1) * lookMs;
  let polls = 0;
  const afterPoll = clock.afterPoll.bind(clock);
  clock.afterPoll = (callback) => {
    polls += 1;
    afterPoll(callback);
  };
  return () => polls;
}
