import type { SessionState } from '../core/lifecycle.ts';
import type { Session } from '../sessions/session.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import { type ManagerSocket, toSessionSocket } from './manager-socket.ts';

/**
 * What became of something sent, as far as it is true now.
 * - `delivered`: handed to the connection whole; that the peer has read it only its own answer can tell
 * - `queued`: kept, in order, and written as soon as the peer has confirmed what it has, or the engine has room
 * - `unattached`: not kept, for there is no socket yet
 * - `overflow`: not kept, for it is larger than the queue
 * - `closed`: not kept, for the manager is over
 */
export type SendResult = 'delivered' | 'queued' | 'unattached' | 'overflow' | 'closed';

/** One connection of one user: the session behind it, and nothing beside. */
export class WebSocketManager {
  readonly #session: Session;
  readonly #layer: SessionLayer;
  readonly id: string;
  readonly userId: string;

  constructor(session: Session, layer: SessionLayer) {
    this.#session = session;
    this.#layer = layer;
    this.id = session.id;
    this.userId = session.userId;
  }

  /** `opening` until a socket is attached, then `live`, in the end `closed`. Asking changes nothing. */
  get state(): SessionState {
    return this.#session.state;
  }

  /**
   * Gives a manager created without a socket its socket. False when that socket is closed: the manager is over with it.
   * One whose attachment fails is over too, so that no slot is held for it.
   *
   * @throws UsageError `bad-socket`, or `bad-state` for a manager that has a socket or is over, which stays as it is
   */
  attach(socket: ManagerSocket): boolean {
    try {
      return this.#layer.attach(this.#session, toSessionSocket(socket));
    } catch (error) {
      if (this.state === 'opening') this.close();
      throw error;
    }
  }

  /**
   * Sends a text as it is, and anything else as JSON. Resolves in the order of the calls.
   * Rejects with UsageError `bad-event` for what JSON cannot say; nothing has been sent then.
   */
  async send(data: unknown): Promise<SendResult> {
    if (this.#is('closed')) return 'closed';
    if (this.#is('opening')) return 'unattached';
    const { id, userId } = this;
    const published = this.#layer.publish(userId, { event: 'message', data }, { session: id });
    if (published.outcome === 'overflow') return 'overflow';
    if (this.#is('closed')) return 'closed';
    const isWritten = this.#session.cursor >= published.offset && !this.#session.isCongested;
    return isWritten ? 'delivered' : 'queued';
  }

  /** Ends the manager: the slot is free when this returns, the client gets close code 1000. False when it was over already. */
  close(): boolean {
    return this.#layer.close(this.id);
  }

  #is(state: SessionState): boolean {
    return this.#session.state === state;
  }
}
