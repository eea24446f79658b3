import { WebSocket } from 'ws';
import { answerFrames, closeWith, sendReady } from '../front/frames.ts';
import type { PortHealth, PublishedEvent, PublishResult } from '../front/port-calls.ts';
import type { SessionList, SocketPort } from '../front/port-calls.ts';
import type { PortSettings } from '../front/port-settings.ts';
import { BackgroundCleanup } from './background-cleanup.ts';
import type { IsolatedManager } from './isolated-manager.ts';
import { ManagerFactory, TooManyManagers } from './manager-factory.ts';
import { pingTransport } from './transport-pings.ts';
import { isolationKeyOf, makeUserContext } from './user-context.ts';

const heartbeatEveryMs = 30_000;

/** The route and the calls of the origin over its factory. */
export class OriginPort implements SocketPort {
  readonly #factory: ManagerFactory;
  readonly #background: BackgroundCleanup;
  #offset = 0;

  constructor({ limit, environment }: Pick<PortSettings, 'limit' | 'environment'>) {
    this.#background = new BackgroundCleanup(environment);
    this.#factory = new ManagerFactory(limit, this.#background);
  }

  accept(socket: WebSocket, user: string): void {
    this.#serve(socket, user).catch((error: unknown) => {
      // It closed with 1011 and an internal text (FM-28); here the client is told what it was, so that it can be counted.
      if (error instanceof TooManyManagers) closeWith(socket, 4429, 'user-limit');
      else socket.close(1011);
    });
  }

  /** The manager is registered before its socket is attached (FM-05). */
  async #serve(socket: WebSocket, user: string): Promise<void> {
    const manager = await this.#factory.createManager(makeUserContext(user));
    const { requestId: id } = manager.context;
    await manager.addConnection({ id, socket });
    socket.once('close', () => void this.#disconnected(user));
    pingTransport(socket);
    answerFrames(socket);
    sendHeartbeats(socket);
    sendReady(socket, { session: id, limit: this.#factory.limit });
  }

  /**
   * The end of the route. It makes the context anew to find the manager that has to go: under a key that was never
   * registered (FM-02). So nothing is cleaned up, nobody looks at the answer, and the slot stays taken (FM-01).
   */
  async #disconnected(user: string): Promise<void> {
    await this.#factory.cleanUpManager(isolationKeyOf(makeUserContext(user)));
  }

  sessionsOf(user: string): SessionList {
    const sessions = this.#managersOf(user).map((manager) => manager.describe());
    return { limit: this.#factory.limit, sessions };
  }

  async publish(user: string, { event, data }: PublishedEvent): Promise<PublishResult> {
    this.#offset += 1;
    const text = JSON.stringify({ type: 'event', offset: this.#offset, event, data });
    let sessions = 0;
    for (const manager of this.#managersOf(user)) sessions += await manager.send(text);
    return { offset: this.#offset, sessions };
  }

  /** `force_cleanup_user_managers`: it says all, and is the emergency clean-up (FM-66). */
  async reap(user: string): Promise<readonly string[]> {
    const removed = await this.#factory.cleanUpUser(user);
    return removed.map(({ context }) => context.requestId);
  }

  stats(): Readonly<Record<string, unknown>> {
    const { table, limitHits, limit } = this.#factory;
    return {
      background_cleanup_task_started: this.#background.hasStarted,
      managers_created: table.created,
      managers_active: table.size,
      managers_cleaned_up: table.cleanedUp,
      resource_limit_hits: limitHits,
      users_at_manager_limit: table.usersAt(limit),
      cleanup_interval_ms: this.#background.intervalMs,
      environment: this.#background.environment,
    };
  }

  /** Healthy is fewer than a hundred managers in all and every user below 80 % of the limit (FM-71). */
  health(): PortHealth {
    const { table, limit } = this.#factory;
    const isHealthy = table.size < 100 && table.largestCount() < limit * 0.8;
    const { hasStarted: running, intervalMs } = this.#background;
    const status = isHealthy ? 'ok' : 'degraded';
    return { status, faults: [], cleanup: { running, intervalMs, failures: 0 } };
  }

  #managersOf(user: string): readonly IsolatedManager[] {
    const keys = this.#factory.table.keysOf(user);
    return keys.map((key) => this.#factory.getManager(key)).filter((one) => one !== undefined);
  }
}

/** The application's own heartbeat: a frame among those of the protocol (FM-47), of which no answer is asked. */
function sendHeartbeats(socket: WebSocket): void {
  const timer = setInterval(() => {
    if (socket.readyState === WebSocket.OPEN) socket.send('{"type":"heartbeat"}');
  }, heartbeatEveryMs);
  socket.once('close', () => clearInterval(timer));
}
