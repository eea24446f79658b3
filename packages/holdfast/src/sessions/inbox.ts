import type { Settings } from '../core/options.ts';
import { spend } from '../core/rate.ts';
import type { ClientFrame, ErrorFrame } from '../protocol/frames.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import type { SessionCodec } from './codec.ts';
import type { Delivery } from './delivery.ts';
import type { Door } from './door.ts';
import type { Faults } from './faults.ts';
import type { HookRunner, HookUse, SessionHooks } from './hooks.ts';
import type { MessageIds } from './message-ids.ts';
import { readFrame } from './read-frame.ts';
import type { Receipts } from './receipts.ts';
import type { Restarts } from './restarts.ts';
import type { Session } from './session.ts';
import type { TokenRefresh } from './token-refresh.ts';

/** What the inbox works with. */
export interface InboxRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
  readonly door: Door;
  readonly faults: Faults;
  readonly delivery: Delivery;
  readonly messageIds: MessageIds;
  readonly receipts: Receipts;
  readonly restarts: Restarts;
  readonly hooks: SessionHooks;
  readonly hookRunner: HookRunner;
  readonly tokenRefresh: TokenRefresh;
  readonly cluster: ClusterSeat | null;
}

/** It says which session is to end for a newcomer; whoever has a session is none. */
const notAsked: ErrorFrame = {
  type: 'error',
  code: 'not-asked',
  message: 'Expected `takeover` only as the answer to a `limit` frame, before `ready`.',
};

/** Reads what clients send. A breach of the protocol ends the session that committed it and no other. */
export class Inbox {
  readonly #rooms: InboxRooms;
  readonly #handingOver: HookUse<MessageFrame>;
  /** Asks the other nodes of a cluster whether a message was taken before. */
  readonly #claiming: HookUse<MessageFrame>;
  readonly #settling: HookUse<SettledMessage, null>;

  constructor(rooms: InboxRooms) {
    this.#rooms = rooms;
    const { hooks, hookRunner, faults, cluster } = rooms;
    this.#handingOver = {
      call: (session, { data, id }) => hooks.onMessage?.(session, { data, ...named(id) }),
      done: (session, { id }, outcome) => {
        const code = faults.attempt('hook', () => refusalIn(outcome), failedCode);
        this.#share(session, id, code === null ? 'taken' : 'failed');
        if (code !== null) this.#notTaken(session, id, code);
        else if (id !== undefined) this.#taken(session, id);
      },
      failed: (session, { id }) => {
        this.#share(session, id, 'failed');
        this.#notTaken(session, id, failedCode);
      },
    };
    this.#claiming = {
      call: ({ userId }, { id }) => cluster?.messages?.claim(userId, id ?? ''),
      done: (session, frame, claim) => {
        if (claim === 'new') hookRunner.run(this.#handingOver, session, frame);
        else if (claim === 'taken' && frame.id !== undefined) this.#taken(session, frame.id);
        else this.#notTaken(session, frame.id, failedCode);
      },
      failed: (session, { id }) => this.#notTaken(session, id, failedCode),
    };
    this.#settling = {
      call: (_nobody, { userId, id, fate }) => cluster?.messages?.settle(userId, id, fate),
      done: () => {},
      failed: () => {},
    };
  }

  /** One message of a client, already noted as a sign of life. */
  receive(session: Session, data: string | Uint8Array, now: number): void {
    const { delivery, door } = this.#rooms;
    if (session.state !== 'live' || !this.#isWithinRate(session, now)) return;
    const parsed = readFrame(data, this.#rooms);
    if (parsed.ok) this.#serve(session, parsed.frame);
    else if (parsed.breach) door.leave(session, 'bad-frame', { note: parsed.message });
    else delivery.answer(session, { type: 'error', code: 'unknown-type', message: parsed.message });
  }

  /** Counts a frame that carries nothing for us: it costs as much as a message does, so it counts as one (I12). */
  count(session: Session, now: number): void {
    if (session.state === 'live') this.#isWithinRate(session, now);
  }

  #isWithinRate(session: Session, now: number): boolean {
    const { settings, door } = this.#rooms;
    const limit = { perSecond: settings.messageRate, burst: settings.messageRate };
    const verdict = spend(limit, session.messageMark, now);
    if (verdict.passed) {
      session.messageMark = verdict.mark;
      return true;
    }
    door.leave(session, 'message-rate', { retryAfterMs: verdict.retryAfterMs });
    return false;
  }

  #serve(session: Session, frame: ClientFrame): void {
    switch (frame.type) {
      case 'ping':
        this.#rooms.delivery.answer(session, { type: 'pong' });
        break;
      case 'ack':
        this.#acknowledge(session, frame.offset);
        break;
      case 'refresh':
        this.#rooms.tokenRefresh.begin(session, frame.token);
        break;
      case 'message':
        this.#handOver(session, frame);
        break;
      case 'takeover':
        this.#rooms.delivery.answer(session, notAsked);
    }
  }

  /**
   * Cumulative. Acknowledging what was never sent is a breach and frees nothing. What is said of a record that was begun anew
   * meanwhile counts for nothing.
   */
  #acknowledge(session: Session, offset: number): void {
    if (this.#rooms.restarts.has(session)) return;
    if (offset > session.cursor) {
      this.#rooms.door.leave(session, 'bad-frame', {
        note: 'Expected `offset` of ack to be one that was sent.',
      });
    } else if (offset > session.acked) {
      session.acked = offset;
      this.#rooms.receipts.confirmed(session);
    }
  }

  #handOver(session: Session, frame: MessageFrame): void {
    const { hooks, hookRunner, delivery, messageIds, cluster } = this.#rooms;
    const { id } = frame;
    if (hooks.onMessage === undefined) {
      const message = 'Nothing takes messages here: the application has not said where they go.';
      delivery.answer(session, { type: 'error', code: 'no-receiver', message, ...named(id) });
      return;
    }
    const claim = id === undefined ? 'new' : messageIds.claim(session, id);
    const isShared = id !== undefined && cluster?.messages !== undefined;
    if (claim === 'new')
      hookRunner.run(isShared ? this.#claiming : this.#handingOver, session, frame);
    else if (claim === 'taken' && id !== undefined)
      delivery.answer(session, { type: 'accepted', id });
  }

  #taken(session: Session, id: string): void {
    const { delivery, messageIds } = this.#rooms;
    for (const asker of messageIds.settle(session, id, 'taken'))
      delivery.answer(asker, { type: 'accepted', id });
  }

  /** Lets the other nodes know what became of a message. Before its client does: it may send it to one of them. */
  #share({ userId }: Session, id: string | undefined, fate: SettledMessage['fate']): void {
    const { hookRunner, cluster } = this.#rooms;
    if (id === undefined || cluster?.messages === undefined) return;
    hookRunner.run(this.#settling, null, { userId, id, fate });
  }

  /** It may be sent again. */
  #notTaken(session: Session, id: string | undefined, code: string): void {
    const { delivery, messageIds } = this.#rooms;
    const message = 'The application could not take the message.';
    const askers = id === undefined ? [session] : messageIds.settle(session, id, 'failed');
    for (const asker of askers)
      delivery.answer(asker, { type: 'error', code, message, ...named(id) });
  }
}

/** What is said where the application gave no reason of its own. */
const failedCode = 'application-failed';

/** The word by which a hook did not take a message; null where it took it. */
function refusalIn(outcome: unknown): string | null {
  if (typeof outcome !== 'object' || outcome === null || !('refused' in outcome)) return null;
  const { refused } = outcome;
  return typeof refused === 'string' && refused !== '' ? refused : failedCode;
}

interface SettledMessage {
  readonly userId: string;
  readonly id: string;
  readonly fate: 'taken' | 'failed';
}

type MessageFrame = Extract<ClientFrame, { readonly type: 'message' }>;

function named(id: string | undefined): { readonly id?: string } {
  return id === undefined ? {} : { id };
}
