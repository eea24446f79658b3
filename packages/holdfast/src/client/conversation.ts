import type { GapFrame, ReadyFrame } from '../protocol/frames.ts';
import { Alarm } from './alarm.ts';
import { ClientError } from './client-error.ts';
import type { Gap, LimitReached } from './client-events.ts';
import type { House } from './house.ts';
import type { Link, LinkOwner } from './link.ts';
import { Liveness } from './liveness.ts';
import type { Place } from './position.ts';
import { Renewal } from './renewal.ts';
import type { LinkClose } from './retry.ts';

/** Who is told how a conversation goes. */
export interface Party {
  /** A session is open. */
  greeted(): void;
  /** There is no session for a while. */
  interrupted(): void;
  drains(reconnectInMs: number): void;
  /** It is over, by nobody's order here; the last call. */
  ended(close: LinkClose): void;
}

/** The frames a server sends. */
type Frame =
  | ReadyFrame
  | GapFrame
  | ({ readonly type: 'limit' } & LimitReached)
  | ({ readonly type: 'event'; readonly offset: number; readonly event: string } & EventRest)
  | { readonly type: 'accepted'; readonly id: string }
  | {
      readonly type: 'error';
      readonly code: string;
      readonly message: string;
      readonly id?: string;
    }
  | { readonly type: 'drain'; readonly reconnectInMs: number; readonly ticket?: string }
  | { readonly type: 'refreshed'; readonly expiresAt: number }
  | { readonly type: 'pong' };

interface EventRest {
  readonly data: unknown;
  readonly time: number;
  readonly critical?: true;
}

/** Acks count against the message rate, so they are not sent more often than this. */
const ackIntervalMs = 250;

/** How long an attempt waits for the code of sharing; then it is made without. */
const loadingMs = 5_000;

/**
 * What is said over one link, from the dialing to the end. All that belongs to one connection is in here, so that a late
 * word about an old one finds nobody to disturb.
 */
export class Conversation implements LinkOwner {
  readonly #house: House;
  readonly #party: Party;
  readonly #liveness: Liveness;
  readonly #renewal: Renewal;
  readonly #deadline: Alarm;
  readonly #ackAlarm: Alarm;
  #link: Link | null = null;
  #isOver = false;
  #readyAt: number | null = null;
  /** What the user was asked last; null where there is nothing to choose any more. */
  #question: object | null = null;
  /** The last place read on this link, and the last one acknowledged: never ahead of what was sent here. */
  #seen = 0;
  #acked = 0;

  constructor(house: House, party: Party) {
    const { ground, tokens } = house;
    this.#house = house;
    this.#party = party;
    this.#deadline = new Alarm(ground);
    this.#ackAlarm = new Alarm(ground);
    this.#liveness = new Liveness(ground, {
      ping: () => this.#send({ type: 'ping' }),
      dead: () => this.#giveUp(),
    });
    this.#renewal = new Renewal({
      ground,
      tokens,
      send: (frame) => this.#send(frame),
      failed: (error) => this.#fail(error),
    });
  }

  /** Dials, at once or when the code of sharing is there; never rejects. */
  async start(): Promise<void> {
    const house = this.#house;
    const { settings } = house;
    try {
      if (settings.shareTabs) {
        const late = new Promise<never>((_, fail) => this.#deadline.set(loadingMs, fail));
        const { shareTabs } = await Promise.race([house.loadTabs(), late]);
        house.tabs ??= shareTabs(house);
      }
    } catch (cause) {
      if (this.#isOver) return;
      this.#fail(new ClientError('tabs-failed', 'The code of tabs did not load.', { cause }));
    }
    if (this.#isOver) return;
    this.#allow(settings.connectTimeoutMs);
    this.#link = (house.tabs ?? house.direct).dial(this);
  }

  /** How long a session has been open; null where there was none. */
  get lastedMs(): number | null {
    return this.#readyAt === null ? null : this.#house.ground.nowMs() - this.#readyAt;
  }

  /** Says goodbye. The party hears nothing more. */
  leave(): void {
    this.flush();
    this.#finish(false);
  }

  /** Sends the ack that is due later. */
  flush(): void {
    this.#ackAlarm.clear();
    if (this.#seen <= this.#acked) return;
    this.#acked = this.#seen;
    this.#send({ type: 'ack', offset: this.#seen });
  }

  /** The connection may be gone: ask. */
  doubt(isRecentEnough: boolean): void {
    if (this.#readyAt !== null) this.#liveness.doubt(isRecentEnough);
  }

  received(text: string): void {
    if (this.#isOver) return;
    this.#liveness.heard();
    let frame: Frame | null = null;
    let cause: unknown;
    try {
      frame = JSON.parse(text) as Frame | null;
    } catch (error) {
      cause = error;
    }
    if (frame?.type) this.#serve(frame);
    else this.#fail(new ClientError('bad-frame', 'The server sent what is no frame.', { cause }));
  }

  interrupted(): void {
    if (this.#isOver) return;
    this.#liveness.stop();
    this.#house.outbox.shut();
    this.#party.interrupted();
  }

  closed(close: LinkClose, error?: ClientError): void {
    if (this.#isOver) return;
    this.#finish(null);
    if (error !== undefined) this.#fail(error);
    this.#party.ended(close);
  }

  #serve(frame: Frame): void {
    const { outbox } = this.#house;
    switch (frame.type) {
      case 'ready':
        return this.#greet(frame);
      case 'event':
        return this.#take(frame);
      case 'gap':
        return this.#tellGap(frame);
      case 'accepted':
        return outbox.settle(frame.id);
      case 'error':
        return this.#refused(frame);
      case 'limit':
        return void this.#ask(frame);
      case 'drain':
        return this.#drain(frame);
      case 'refreshed':
        return this.#renewal.renewed(frame.expiresAt);
      case 'pong':
        break;
    }
  }

  #greet(frame: ReadyFrame): void {
    const { emitter, position, outbox, ground } = this.#house;
    const { session, user, resume, limit, sessions, epoch, offset } = frame;
    this.#deadline.clear();
    this.#readyAt ??= ground.nowMs();
    this.#question = null;
    this.#seen = this.#acked = offset;
    this.#liveness.start(frame.pingInterval);
    this.#renewal.start();
    this.#party.greeted();
    if (!this.#isOver) emitter.emit('ready', { session, user, resume, limit, sessions });
    const gap = gapOf(frame, position.place);
    if (gap !== null) emitter.emit('gap', { ...gap, epoch, offset });
    position.greet(frame);
    if (!this.#isOver) outbox.open((text) => this.#link?.send(text));
  }

  /** The position moves on when the handlers have run: a page that ends in between gets the event again. */
  #take({ offset, event, data, time, critical }: Extract<Frame, { type: 'event' }>): void {
    const { emitter, position } = this.#house;
    if (position.isAhead(offset)) {
      emitter.emit('event', { event, data, offset, time, critical: critical === true });
      position.advance(offset);
    }
    this.#seen = offset;
    if (!this.#isOver && !this.#ackAlarm.isSet)
      this.#ackAlarm.set(ackIntervalMs, () => this.flush());
  }

  #tellGap(frame: GapFrame): void {
    const { emitter, position } = this.#house;
    const { type: _, ...gap } = frame;
    const { epoch, offset } = gap;
    if (position.place?.epoch !== epoch || position.isAhead(offset)) {
      emitter.emit('gap', gap);
      position.moveTo(epoch, offset);
    }
    this.#seen = offset;
  }

  #refused({ code, message, id }: Extract<Frame, { type: 'error' }>): void {
    const error = new ClientError('rejected', message, { serverCode: code });
    if (id === undefined) this.#fail(error);
    else this.#house.outbox.settle(id, error);
  }

  #drain({ reconnectInMs, ticket }: Extract<Frame, { type: 'drain' }>): void {
    if (ticket !== undefined) this.#house.position.take(ticket);
    this.#party.drains(reconnectInMs);
    this.#house.emitter.emit('drain', { reconnectInMs });
  }

  /** No slot is free: the user may take one over. Without somebody to ask, the server answers by itself in the end. */
  async #ask(frame: Extract<Frame, { type: 'limit' }>): Promise<void> {
    const { emitter, settings } = this.#house;
    const { type: _, ...reached } = frame;
    this.#allow(settings.connectTimeoutMs + reached.expiresIn);
    this.#question = reached;
    emitter.emit('limit', reached);
    if (this.#isOver || settings.onLimit === undefined) return;
    try {
      const session = await settings.onLimit(reached);
      // Meanwhile a slot may have become free by itself, or the server may have asked anew.
      if (this.#isOver || this.#question !== reached) return;
      if (session !== null) this.#send({ type: 'takeover', session });
      else {
        this.#finish(false);
        this.#party.ended({ code: 4429, reason: '', advice: 'stop' });
      }
    } catch (cause) {
      this.#fail(new ClientError('handler-failed', 'onLimit threw.', { cause }));
    }
  }

  #allow(ms: number): void {
    this.#deadline.set(ms, () => this.#giveUp());
  }

  #giveUp(): void {
    this.#finish(true);
    this.#party.ended({ code: 1006, reason: '' });
  }

  /** @param isDead how to close the link; null where that has happened */
  #finish(isDead: boolean | null): void {
    this.#isOver = true;
    this.#deadline.clear();
    this.#ackAlarm.clear();
    this.#liveness.stop();
    this.#renewal.stop();
    if (isDead !== null) this.#link?.close(isDead);
  }

  #send(frame: object): void {
    if (!this.#isOver) this.#link?.send(JSON.stringify(frame));
  }

  #fail(error: ClientError): void {
    this.#house.emitter.fail(error);
  }
}

/** What `ready` says is gone; and what must be gone where the server has paid no heed to the place that was brought. */
function gapOf(
  { resume, epoch, offset }: ReadyFrame,
  place: Place | null,
): Omit<Gap, 'epoch' | 'offset'> | null {
  if (resume.outcome === 'gap') {
    const { outcome: _, ...gap } = resume;
    return gap;
  }
  const isKept = place === null || (place.epoch === epoch && place.offset >= offset);
  return resume.outcome === 'new' && !isKept ? { reason: 'expired' } : null;
}
