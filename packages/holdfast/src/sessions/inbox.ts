import type { Settings } from '../core/options.ts';
import { spend } from '../core/rate.ts';
import type { ClientFrame } from '../protocol/frames.ts';
import type { SessionCodec } from './codec.ts';
import type { Delivery } from './delivery.ts';
import type { Door } from './door.ts';
import type { HookRunner, SessionHooks } from './hooks.ts';
import type { Pulse } from './pulse.ts';
import type { Session } from './session.ts';

/** What the inbox works with. */
export interface InboxRooms {
  readonly settings: Settings;
  readonly codec: SessionCodec;
  readonly pulse: Pulse;
  readonly door: Door;
  readonly delivery: Delivery;
  readonly hooks: SessionHooks;
  readonly hookRunner: HookRunner;
}

/** Reads what clients send. A breach of the protocol ends the session that committed it and no other. */
export class Inbox {
  readonly #rooms: InboxRooms;

  constructor(rooms: InboxRooms) {
    this.#rooms = rooms;
  }

  /** One message of a client, already noted as a sign of life. */
  receive(session: Session, data: string | Uint8Array): void {
    const { codec, delivery, door } = this.#rooms;
    if (session.state !== 'live' || !this.#isWithinRate(session)) return;
    const parsed = codec.parse(data);
    if (parsed.ok) this.#serve(session, parsed.frame);
    else if (parsed.breach) door.leave(session, 'bad-frame', { note: parsed.message });
    else delivery.answer(session, { type: 'error', code: 'unknown-type', message: parsed.message });
  }

  #isWithinRate(session: Session): boolean {
    const { settings, pulse, door } = this.#rooms;
    const limit = { perSecond: settings.messageRate, burst: settings.messageRate };
    const verdict = spend(limit, session.messageMark, pulse.now());
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
      case 'message':
        this.#handOver(session, frame);
    }
  }

  /** Cumulative. Acknowledging what was never sent is a breach and frees nothing. */
  #acknowledge(session: Session, offset: number): void {
    if (offset > session.cursor) {
      this.#rooms.door.leave(session, 'bad-frame', {
        note: 'Expected `offset` of ack to be one that was sent.',
      });
    } else if (offset > session.acked) session.acked = offset;
  }

  #handOver(session: Session, frame: Extract<ClientFrame, { type: 'message' }>): void {
    const { hooks, hookRunner, delivery } = this.#rooms;
    const named = frame.id === undefined ? {} : { id: frame.id };
    if (hooks.message === undefined) {
      const message = 'Nothing takes messages here: the application has not said where they go.';
      delivery.answer(session, { type: 'error', code: 'no-receiver', message, ...named });
      return;
    }
    hookRunner.run(session, () => hooks.message?.(session, { data: frame.data, ...named }), {
      done: () => {
        if (frame.id !== undefined) delivery.answer(session, { type: 'accepted', id: frame.id });
      },
      failed: () => {
        const message = 'The application could not take the message.';
        delivery.answer(session, { type: 'error', code: 'application-failed', message, ...named });
      },
    });
  }
}
