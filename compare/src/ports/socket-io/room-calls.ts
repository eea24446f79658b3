import type { Server } from 'socket.io';
import type {
  PortCalls,
  PortHealth,
  PublishedEvent,
  PublishResult,
  SessionList,
} from '../front/port-calls.ts';

/** The calls of a deployment by what Socket.IO has for rooms. */
export class RoomCalls implements PortCalls {
  readonly #io: Server;
  readonly #limit: number;
  #offset = 0;

  constructor(io: Server, limit: number) {
    this.#io = io;
    this.#limit = limit;
  }

  async sessionsOf(user: string): Promise<SessionList> {
    return { limit: this.#limit, sessions: await this.#idsOf(user) };
  }

  async publish(user: string, { event, data }: PublishedEvent): Promise<PublishResult> {
    this.#offset += 1;
    const sessions = await this.#idsOf(user);
    this.#io.to(`user:${user}`).emit('event', { offset: this.#offset, event, data });
    return { offset: this.#offset, sessions: sessions.length };
  }

  async closeAll(user: string): Promise<readonly string[]> {
    const sessions = await this.#idsOf(user);
    this.#io.in(`user:${user}`).disconnectSockets(true);
    return sessions.map(({ id }) => id);
  }

  /** Nothing sweeps beside the heartbeat, whose interval is `pingInterval`. */
  health(): PortHealth {
    const cleanup = { running: true, intervalMs: 25_000, failures: 0 };
    return { status: 'ok', faults: [], cleanup };
  }

  async #idsOf(user: string): Promise<readonly { readonly id: string }[]> {
    const sockets = await this.#io.in(`user:${user}`).fetchSockets();
    return sockets.map(({ id }) => ({ id }));
  }
}
