import { next } from '../core/lifecycle.ts';
import type { Settings } from '../core/options.ts';
import { UsageError } from '../core/usage-error.ts';
import type { ReadyFrame, ResumeVerdict } from '../protocol/frames.ts';
import type { Broadcaster } from './broadcaster.ts';
import type { SessionCodec } from './codec.ts';
import type { Delivery } from './delivery.ts';
import type { Door } from './door.ts';
import type { EventStream } from './event-stream.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { History } from './history.ts';
import type { HookRunner, HookUse, SessionHooks } from './hooks.ts';
import type { Limits } from './limits.ts';
import type { Pulse } from './pulse.ts';
import type { Registry } from './registry.ts';
import type { Receipts } from './receipts.ts';
import type { Placing, Resumption } from './resumption.ts';
import type { Scouts } from './scouts.ts';
import type { Session } from './session.ts';
import type { SessionSocket } from './socket.ts';
import type { Tickets } from './tickets.ts';
import type { WaitingRoom } from './waiting-room.ts';

/** What attaching works with. */
export interface AttachmentRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly limits: Limits;
  readonly history: History;
  readonly delivery: Delivery;
  readonly receipts: Receipts;
  readonly heartbeat: Heartbeat;
  readonly waiting: WaitingRoom;
  readonly scouts: Scouts;
  readonly broadcaster: Broadcaster;
  readonly resumption: Resumption;
  readonly tickets: Tickets;
  readonly door: Door;
  readonly events: EventStream;
  readonly hooks: SessionHooks;
  readonly hookRunner: HookRunner;
}

/** Gives sessions their sockets: from here on they are live. */
export class Attachment {
  readonly #rooms: AttachmentRooms;
  readonly #opening: HookUse<ResumeVerdict>;

  constructor(rooms: AttachmentRooms) {
    this.#rooms = rooms;
    const { hooks, door } = rooms;
    this.#opening = {
      call: (session, resume) => hooks.onSession?.(session, resume),
      done: () => {},
      failed: (session) => door.leave(session, 'failed'),
    };
  }

  /**
   * Attaches a socket, writes `ready` and begins the heartbeat. False when the socket was closed already: the session
   * has ended with it.
   *
   * @param socket was checked
   * @throws UsageError `bad-state` for a session that has one or is over
   */
  attach(session: Session, socket: SessionSocket): boolean {
    const { to, effect } = next(session.state, 'attach');
    if (effect !== 'greet' || session.socket !== null) {
      const got = effect === 'greet' ? 'opening on another one' : session.state;
      throw new UsageError(
        'bad-state',
        `Expected a session that is opening and has no socket, got one that is ${got}. Open another one for this socket.`,
      );
    }
    const { door, broadcaster, resumption, receipts, delivery, history, codec } = this.#rooms;
    session.socket = socket;
    socket.owner = session;
    if (session.transport === 'closed') {
      door.leave(session, 'connection-lost');
      return false;
    }
    broadcaster.catchUp(session.userId);
    const placing = resumption.place(session);
    session.acked = session.cursor;
    receipts.placed(session, placing.verdict);
    const ready = codec.greets ? this.#readyFrame(session, placing.verdict) : null;
    const known = session.grant?.record.delivered ?? null;
    session.grant = null;
    if (ready !== null) delivery.answer(session, ready);
    if (isOver(session)) return false;
    // Live from here on: no event can be written before `ready`, whoever publishes in the meantime.
    session.state = to;
    history.toldUpTo(session, known);
    if (isOver(session)) return false;
    this.#begin(session, placing);
    return session.state === 'live';
  }

  #begin(session: Session, placing: Placing): void {
    const { heartbeat, waiting, scouts, delivery, events, hooks, hookRunner } = this.#rooms;
    heartbeat.begin(session);
    // Before anybody is told: what the application publishes then must not push out what waits here.
    delivery.begin(session);
    if (isOver(session)) return;
    // Its answer confirms `ready`, and with that ends the ticket of the predecessor.
    const isNeeded = waiting.count(session.userId) > 0 || scouts.areOut(session.userId);
    if (isNeeded || session.predecessor !== 0) heartbeat.probe(session);
    this.#rooms.resumption.tell(session, placing);
    if (isOver(session)) return;
    events.emit({ type: 'attached', session: session.id, user: session.userId });
    if (isOver(session)) return;
    if (hooks.onSession !== undefined) {
      hookRunner.run(this.#opening, session, placing.verdict);
    }
  }

  #readyFrame(session: Session, resume: ResumeVerdict): ReadyFrame {
    const { settings, history, registry, limits, tickets } = this.#rooms;
    const { userId, grant } = session;
    return {
      type: 'ready',
      session: session.id,
      user: userId,
      ticket: tickets.issue(session),
      epoch: history.epochIn(session),
      offset: session.cursor,
      resume,
      limit: grant?.limit ?? limits.of(userId, session.limit),
      sessions: grant?.count ?? registry.count(userId),
      pingInterval: settings.pingIntervalMs,
      resumeWindow: settings.resumeWindowMs,
    };
  }
}

/** Whether whoever was just told of the session has ended it. */
function isOver(session: Session): boolean {
  return session.state === 'closed';
}
