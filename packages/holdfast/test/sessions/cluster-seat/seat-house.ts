import type { SessionOptions } from '../../../src/core/options.ts';
import { encodeEventBody } from '../../../src/protocol/event-frame.ts';
import type { ClusterLink, ClusterSeat } from '../../../src/sessions/cluster-seat.ts';
import type { ClusterSide } from '../../../src/sessions/cluster-side.ts';
import type { Grant } from '../../../src/sessions/grant.ts';
import type { OpenOutcome } from '../../../src/sessions/open-request.ts';
import type { SessionLayerParts } from '../../../src/sessions/session-layer.ts';
import type { LogEntry, RecordHead } from '../../../src/sessions/store/acts.ts';
import type { FakeSocket } from '../../../src/testing/fake-socket.ts';
import { type Approach, type Connection, House } from '../house.ts';

/** Where the generations of the node begin: far beyond 32 bits. */
export const first: number = 7 * 2 ** 40;

/** What the node was told, in order. */
export type Told = readonly [word: keyof ClusterLink, ...about: unknown[]];

/** A layer with a seat in a cluster; the test is its node and its store. */
export class SeatHouse extends House {
  /** What the node was told of sessions, by their generations counted from {@link first}. */
  readonly heard: Told[];

  constructor(
    options: SessionOptions = {},
    {
      seat = {},
      ...parts
    }: Omit<SessionLayerParts, 'clock'> & { readonly seat?: Partial<ClusterSeat> } = {},
  ) {
    const heard: Told[] = [];
    const link: ClusterLink = {
      left: ({ generation }, cause, about) =>
        heard.push(['left', generation - first, cause, ...Object.values<unknown>({ ...about })]),
      confirmed: ({ generation }) => heard.push(['confirmed', generation - first]),
      written: (userId, { epoch, offset }) => heard.push(['written', userId, epoch, offset]),
    };
    super(options, {
      ...parts,
      cluster: { firstGeneration: first, ticketKey: 'k', link, ...seat },
    });
    this.heard = heard;
  }

  get node(): ClusterSide {
    return this.layer.cluster;
  }

  /** The node lets somebody in. */
  enter(
    userId: string,
    { grant, ...approach }: Approach & { readonly grant?: Partial<Grant> } = {},
  ): { readonly outcome: OpenOutcome; readonly socket: FakeSocket } {
    const { roundTripMs = 1, socket = this.socket({ roundTripMs }), ...request } = approach;
    const outcome = this.node.enter({ userId, socket, ...request }, this.grant(grant));
    return { outcome, socket };
  }

  /** The same, for somebody who must get in. */
  admit(userId: string, approach: Approach & { readonly grant?: Partial<Grant> } = {}): Connection {
    const { outcome, socket } = this.enter(userId, approach);
    if (outcome.outcome !== 'opened') throw new Error(`expected to get in, was ${outcome.outcome}`);
    return { session: outcome.session, socket };
  }

  grant(some: Partial<Grant> = {}): Grant {
    return {
      generation: some.generation ?? this.node.drawGeneration(),
      inheritance: null,
      flaw: null,
      record: record(),
      limit: 5,
      count: 1,
      held: [],
      waitedMs: 0,
      ...some,
    };
  }

  /** The store has appended an event of this name. */
  appended(
    userId: string,
    offset: number,
    some: Partial<LogEntry> & { epoch?: string } = {},
  ): string {
    const { epoch = 'e1', ...rest } = some;
    return this.node.mirror.append(userId, { epoch, offset, entry: entry(`x${offset}`, rest) });
  }

  /** The node has read events from the store: those after one offset, up to another. */
  read(
    userId: string,
    [after, last]: readonly [number, number],
    epoch = 'e1',
    delivered = after,
  ): void {
    const entries = Array.from({ length: last - after }, (_, index) =>
      entry(`x${after + 1 + index}`),
    );
    this.node.mirror.begin(userId, { epoch, after, delivered, entries });
  }
}

/** A record in which nothing was published yet, or up to an offset. */
export function record(last = 0, some: Partial<RecordHead> = {}): RecordHead {
  return { epoch: 'e1', last, first: 1, delivered: last, ...some };
}

/** An event of this name, as the store has it. */
export function entry(event: string, some: Partial<LogEntry> = {}): LogEntry {
  const body = encodeEventBody({ event }, 0);
  return { body, onlyFor: null, eventId: null, tracked: null, ...some };
}

/** The first frame of a session. */
export function readyOf(socket: FakeSocket): Record<string, unknown> {
  return socket.frames[0] ?? {};
}
