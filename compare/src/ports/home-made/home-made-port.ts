import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';
import { answerFrames, closeWith, sendReady } from '../front/frames.ts';
import type { PortHealth, PublishedEvent, PublishResult } from '../front/port-calls.ts';
import type { SessionList, SocketPort } from '../front/port-calls.ts';
import type { AtLimit, PortSettings } from '../front/port-settings.ts';
import type { Connection } from './connection.ts';
import { ConnectionMap } from './connection-map.ts';
import { PingLoop } from './ping-loop.ts';

/**
 * The manager most applications write for themselves: a map of connections for each user, a cap on their number, a ping
 * loop. It is exact about what it holds, frees a slot when a socket closes, and knows nothing of a peer between two rounds.
 */
export class HomeMadePort implements SocketPort {
  readonly #connections: ConnectionMap = new ConnectionMap();
  readonly #pings: PingLoop = new PingLoop();
  readonly #limit: number;
  readonly #atLimit: AtLimit;
  #offset = 0;

  constructor({ limit, atLimit }: Pick<PortSettings, 'limit' | 'atLimit'>) {
    this.#limit = limit;
    this.#atLimit = atLimit;
    this.#pings.start(this.#connections);
  }

  accept(socket: WebSocket, user: string): void {
    if (!this.#makeRoom(user)) return closeWith(socket, 4429, 'user-limit');
    const connection: Connection = { id: randomUUID(), user, socket, hasAnswered: true };
    this.#connections.add(connection);
    socket.on('pong', () => (connection.hasAnswered = true));
    socket.on('close', () => this.#connections.remove(connection));
    answerFrames(socket);
    sendReady(socket, { session: connection.id, limit: this.#limit });
  }

  /** Whoever has to go is out of the map at once and hears why; `close` comes when the close handshake is over. */
  #makeRoom(user: string): boolean {
    if (this.#connections.count(user) < this.#limit) return true;
    const [oldest] = this.#connections.of(user);
    if (this.#atLimit === 'deny' || oldest === undefined) return false;
    this.#connections.remove(oldest);
    closeWith(oldest.socket, 4409, 'evicted');
    return true;
  }

  sessionsOf(user: string): SessionList {
    return { limit: this.#limit, sessions: this.#connections.of(user).map(({ id }) => ({ id })) };
  }

  publish(user: string, { event, data }: PublishedEvent): PublishResult {
    this.#offset += 1;
    const text = JSON.stringify({ type: 'event', offset: this.#offset, event, data });
    const open = this.#connections.of(user).filter(({ socket }) => isOpen(socket));
    for (const { socket } of open) socket.send(text);
    return { offset: this.#offset, sessions: open.length };
  }

  async closeAll(user: string): Promise<readonly string[]> {
    const connections = this.#connections.of(user);
    for (const connection of connections) {
      this.#connections.remove(connection);
      closeWith(connection.socket, 4499, 'admin');
    }
    return await Promise.resolve(connections.map(({ id }) => id));
  }

  health(): PortHealth {
    const cleanup = { running: true, intervalMs: this.#pings.intervalMs, failures: 0 };
    return { status: 'ok', faults: [], cleanup };
  }
}

function isOpen(socket: WebSocket): boolean {
  return socket.readyState === WebSocket.OPEN;
}
