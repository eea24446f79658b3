import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import type * as FakeSockets from '../../src/testing/fake-socket.ts';
import type { ManualClock } from '../../src/testing/manual-clock.ts';
import type * as ManualClocks from '../../src/testing/manual-clock.ts';
import type { PendingOpen } from '../../src/sessions/open-request.ts';
import type { Session } from '../../src/sessions/session.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import type * as SessionLayers from '../../src/sessions/session-layer.ts';
import type { SessionLayer } from '../../src/sessions/session-layer.ts';
import { beatMs } from '../../src/sessions/pulse.ts';

/** The library under test: the real one, or one with a mistake in it. */
export type Library = Pick<typeof SessionLayers, 'SessionLayer'> &
  Pick<typeof ManualClocks, 'ManualClock'> &
  Pick<typeof FakeSockets, 'FakeSocket'>;

const probeTimeoutMs = 500;
const pingTimeoutMs = 3_000;
const openTimeoutMs = 2_000;
export const roundTripMs = 300;
/** A waiter is given a beat more than the probe timeout, and whoever is due is asked within two beats. */
const longestWaitMs = probeTimeoutMs + 3 * beatMs;

/** Someone at the door, and what the model knows of it. */
export interface Guest {
  readonly user: string;
  readonly brought: number | undefined;
  readonly cameAt: number;
  enteredAt: number;
  session: Session | null;
  /** A method of its socket has thrown, so that it may never have been asked. */
  hasThrown: boolean;
  readonly socket: FakeSocket | null;
  place: 'arriving' | 'waiting' | 'in' | 'out';
  id: string;
  pending: PendingOpen | null;
  frozenAt: number | null;
  thawedAt: number;
  /** Where it was frozen before it last thawed: since when. */
  muteSince: number;
  stalledMs: number;
  hasSaidGoodbye: boolean;
  /** What of its frames was read, and the offset up to which it had everything. */
  read: number;
  cursor: number;
}

/** The real layer beside a naive account of who must be where. */
export class World {
  readonly clock: ManualClock;
  readonly layer: SessionLayer;
  readonly guests: Guest[] = [];
  readonly logs: Map<string, string[]> = new Map();
  readonly limits: Map<string, number> = new Map();
  readonly limit: number;
  readonly reached: Set<number> = new Set();
  readonly #library: Library;
  #closing = '';
  #lastDismissed: Guest | null = null;
  /** Users for whom somebody waited, or came in vain, in this step. */
  readonly #contended: Set<string> = new Set();
  #isAdvancing = false;
  /** When the loop last ran: what a fake peer has sent since is lost when it freezes. */
  polledAt: number;
  #violation: string | null = null;

  constructor(library: Library, limit: number) {
    this.#library = library;
    this.limit = limit;
    this.clock = new library.ManualClock();
    this.polledAt = this.clock.nowMs();
    this.layer = new library.SessionLayer(
      {
        maxSessionsPerUser: limit,
        pingIntervalMs: 2_000,
        pressurePingIntervalMs: 1_000,
        pingTimeoutMs,
        probeTimeoutMs,
        openTimeoutMs,
        resumeWindowMs: 3_600_000,
        historyEvents: 8,
      },
      { clock: this.clock, node: 'n' },
    );
    // What a listener throws is a fault of the layer's, so a violation is kept and told after the step.
    this.layer.subscribe((event) => this.#hear(event));
  }

  of(user: string, place: Guest['place']): Guest[] {
    return this.guests.filter((guest) => guest.user === user && guest.place === place);
  }

  limitOf(guest: Pick<Guest, 'user' | 'brought'>): number {
    return this.limits.get(guest.user) ?? guest.brought ?? this.limit;
  }

  open(user: string, brought: number | undefined, hasSocket = true): void {
    const socket = hasSocket ? new this.#library.FakeSocket(this.clock, { roundTripMs }) : null;
    const guest: Guest = {
      user,
      brought,
      cameAt: this.clock.nowMs(),
      enteredAt: Number.POSITIVE_INFINITY,
      session: null,
      hasThrown: false,
      socket,
      place: 'arriving',
      id: '',
      pending: null,
      frozenAt: null,
      thawedAt: Number.NEGATIVE_INFINITY,
      muteSince: Number.NEGATIVE_INFINITY,
      stalledMs: 0,
      hasSaidGoodbye: false,
      read: 0,
      cursor: -1,
    };
    this.guests.push(guest);
    if (socket !== null) this.#watch(socket, guest);
    const mustGetIn =
      this.of(user, 'waiting').length === 0 && this.of(user, 'in').length < this.limitOf(guest);
    const admission = this.layer.open({
      userId: user,
      extra: guest,
      ...(socket === null ? {} : { socket }),
      ...(brought === undefined ? {} : { limit: brought }),
    });
    if (mustGetIn && admission.outcome !== 'opened')
      this.fail(`I3 ${admission.outcome}, with room`);
    if (admission.outcome !== 'waiting') return;
    guest.place = 'waiting';
    guest.pending = admission;
  }

  close(id: string): void {
    const isThere = this.guests.some((guest) => guest.place === 'in' && guest.id === id);
    this.#closing = id;
    if (this.layer.close(id) !== isThere) this.fail(`I7 closing ${id} was not ${isThere}`);
    this.#closing = '';
    if (this.layer.find(id) !== null) this.fail(`I3 ${id} is still there`);
  }

  advance(ms: number): void {
    this.#isAdvancing = true;
    this.clock.advance(ms);
    this.#isAdvancing = false;
    this.polledAt = this.clock.nowMs();
    for (const guest of this.guests) {
      const waited = this.clock.nowMs() - guest.cameAt - guest.stalledMs;
      if (guest.place === 'waiting' && waited > longestWaitMs) this.fail(`I3 waits for ${waited}`);
    }
  }

  /** Time passes without the loop running, while work in it goes on reading the clock. */
  stall(ms: number, times: number): void {
    for (let time = 0; time < times; time += 1) {
      this.clock.stall(ms);
      this.layer.gauges();
    }
    for (const guest of this.guests) guest.stalledMs += ms * times;
  }

  publish(user: string, data: string): void {
    const log = this.logs.get(user) ?? [];
    log.push(data);
    this.logs.set(user, log);
    const { offset } = this.layer.publish(user, { event: 'e', data });
    if (offset !== log.length) this.fail(`I4 offset ${offset}, not ${log.length}`);
  }

  fail(violation: string): void {
    this.#violation ??= violation;
  }

  /** Compares everything that can be seen with the account; throws what does not fit. */
  check(): void {
    const inside = this.guests.filter(({ place }) => place === 'in');
    const all = [...this.layer.sessions()];
    const gauges = this.layer.gauges();
    if (all.length !== inside.length || gauges.sessions !== inside.length)
      this.fail(`I1 ${all.length} sessions, gauge ${gauges.sessions}, not ${inside.length}`);
    this.#contended.clear();
    let waiting = 0;
    for (const user of new Set(this.guests.map(({ user }) => user))) {
      const count = this.of(user, 'in').length;
      const recount = all.filter((session) => session.userId === user).length;
      if (this.layer.count(user) !== count || recount !== count)
        this.fail(`I1 count ${this.layer.count(user)}, recount ${recount}, not ${count}`);
      const queue = this.of(user, 'waiting').length;
      if (this.layer.waiting(user) !== queue) this.fail(`I1 waiting ${queue}`);
      if (queue > 0) this.#contended.add(user);
      waiting += queue;
    }
    if (gauges.waiting !== waiting) this.fail(`I1 gauge of waiting ${gauges.waiting}`);
    for (const guest of this.guests) this.#read(guest);
    if (this.guests.some((guest) => this.#waitsWithRoom(guest))) this.fail('I3 waits, with room');
    if (this.#violation !== null) throw new Error(this.#violation);
  }

  #waitsWithRoom(guest: Guest): boolean {
    return guest.place === 'waiting' && this.of(guest.user, 'in').length < this.limitOf(guest);
  }

  #watch(socket: FakeSocket, guest: Guest): void {
    const close = socket.close.bind(socket);
    socket.close = (code, reason) => {
      this.#lastDismissed = guest;
      close(code, reason);
    };
  }

  #hear(event: SessionEvent): void {
    if (event.type === 'opened') this.#opened(event.session);
    else if (event.type === 'limitHit') this.#contended.add(event.user);
    else if (event.type === 'refused') this.#refused(event.reason, event.retryAfterMs);
    else if (event.type === 'closed') {
      const guest = this.guests.find(({ id }) => id === event.session);
      if (guest?.place !== 'in') return this.fail(`I7 ${event.session} ended twice`);
      guest.place = 'out';
      if (!this.#mayEnd(guest, event.cause)) this.fail(`I2 ${event.session} ended: ${event.cause}`);
    }
  }

  #opened(id: string): void {
    const guest = this.layer.find(id)?.extra as Guest | undefined;
    if (guest === undefined) return this.fail(`I1 ${id} is not there`);
    guest.place = 'in';
    guest.id = id;
    guest.session = this.layer.find(id);
    guest.enteredAt = this.clock.nowMs();
    const count = this.layer.count(guest.user);
    if (count > this.limitOf(guest)) this.fail(`I1 ${count} over ${this.limitOf(guest)}`);
    if (count === this.limit) this.reached.add(count);
  }

  #refused(reason: string, retryAfterMs: number | undefined): void {
    const newcomer = this.#lastDismissed;
    if (newcomer === null) return;
    newcomer.place = 'out';
    if (reason !== 'user-limit') return;
    const before = this.of(newcomer.user, 'in').filter(({ hasThrown }) => !hasThrown);
    for (const { socket, frozenAt, session, id, enteredAt } of before) {
      const isMute = frozenAt !== null && frozenAt < newcomer.cameAt;
      if (retryAfterMs === undefined && (isMute || socket === null))
        this.fail(`I3 refused for good by ${id}`);
      // One that entered since then was pinged later than the newcomer came; it is told when to come back.
      const wasThere = enteredAt <= newcomer.cameAt;
      if (isMute && wasThere && session !== null && session.unconfirmedBytes < 1_000)
        this.fail(`I3 ${id} did not yield`);
    }
  }

  #mayEnd(guest: Guest, cause: string): boolean {
    const { socket, frozenAt } = guest;
    const now = this.clock.nowMs();
    switch (cause) {
      case 'released':
        return this.#closing === guest.id;
      case 'client-close':
        return guest.hasSaidGoodbye;
      case 'connection-lost':
      case 'transport-closed':
        return socket?.isTerminated === true;
      case 'slow':
        return socket?.throwing.has('send') === true;
      case 'open-timeout':
        return socket === null && now - guest.cameAt >= openTimeoutMs;
      case 'no-pong': {
        if (frozenAt === null)
          return guest.thawedAt + roundTripMs > (this.#isAdvancing ? now : this.polledAt);
        const leastMs = this.#contended.has(guest.user) ? probeTimeoutMs : pingTimeoutMs;
        return now - frozenAt >= leastMs - roundTripMs;
      }
      default:
        return false;
    }
  }

  #read(guest: Guest): void {
    const log = this.logs.get(guest.user) ?? [];
    const written = guest.socket?.written ?? [];
    for (; guest.read < written.length; guest.read += 1) {
      const frame = JSON.parse(written[guest.read] ?? '{}') as Record<string, unknown>;
      const offset = Number(frame['offset']);
      if (frame['type'] === 'ready') guest.cursor = offset;
      if (frame['type'] === 'gap') {
        if (frame['from'] !== guest.cursor + 1) this.fail(`I4 gap from ${String(frame['from'])}`);
        guest.cursor = offset;
      }
      if (frame['type'] !== 'event') continue;
      if (offset !== guest.cursor + 1 || frame['data'] !== log[offset - 1])
        this.fail(`I4 ${guest.id} got ${offset} after ${guest.cursor}`);
      guest.cursor = offset;
    }
  }
}
