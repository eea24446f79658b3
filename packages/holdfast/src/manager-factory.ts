import { UsageError } from './core/usage-error.ts';
import { nameEnvironment } from './manager-factory/environment.ts';
import { toSessionHooks } from './manager-factory/hooks.ts';
import { WebSocketManager } from './manager-factory/manager.ts';
import { type ManagerSocket, toSessionSocket } from './manager-factory/manager-socket.ts';
import { tellLines, warnOfEnvironment } from './manager-factory/observers.ts';
import { type ManagerFactoryOptions, toSessionOptions } from './manager-factory/options.ts';
import { plainCodec } from './manager-factory/plain-codec.ts';
import { ManagerLimitError, SocketClosedError } from './manager-factory/refusals.ts';
import type { OpenOutcome } from './sessions/open-request.ts';
import { type Clock, systemClock } from './sessions/clock.ts';
import type { SessionListener } from './sessions/event-stream.ts';
import type { Health } from './sessions/health.ts';
import type { Session } from './sessions/session.ts';
import { SessionLayer } from './sessions/session-layer.ts';
import { nobody } from './sessions/socket.ts';
import { Metrics } from './telemetry/metrics.ts';
import { readSeedStats, type SeedStats } from './telemetry/seed-stats.ts';

export type { ManagerHooks } from './manager-factory/hooks.ts';
export type { SendResult, WebSocketManager } from './manager-factory/manager.ts';
export type { ManagerSocket } from './manager-factory/manager-socket.ts';
export type { FactoryLogger, LogFields, MetricsSink } from './manager-factory/observers.ts';
export type { ManagerFactoryOptions } from './manager-factory/options.ts';
export { ManagerLimitError, SocketClosedError } from './manager-factory/refusals.ts';

/** Whom a manager is for, and on what. */
export interface CreateManagerRequest {
  /** Whose slot: 1 to 256 bytes of any text. */
  readonly userId: string;
  /** The open socket, if there is one already. While a slot is waited for, nothing is sent on it. */
  readonly socket?: ManagerSocket;
  /** A name for people, such as "Firefox on the laptop". */
  readonly device?: string;
  /** The limit in force for this newcomer, instead of `maxManagersPerUser`. */
  readonly limit?: number;
}

/** The numbers of the seed document, and what this face adds to them. */
export interface FactoryStats extends SeedStats {
  /** How often the logger or the metrics sink has thrown or rejected. */
  readonly observability_errors: number;
  /** How often somebody asked to end a manager that was over already, or never was. */
  readonly unknown_handles: number;
}

/**
 * The seed document's names over a session layer: at most N managers per user, counted exactly; the dead make room
 * before anybody is refused, and no living one is ever removed for it.
 */
export class WebSocketManagerFactory {
  readonly #clock: Clock;
  readonly #layer: SessionLayer;
  readonly #metrics: Metrics = new Metrics();
  /** A manager is looked up by its session and goes with it; nothing is kept beside the registry. */
  readonly #managers: WeakMap<Session, WebSocketManager> = new WeakMap();
  #unknownHandles = 0;
  #shutdown: Promise<void> | null = null;

  /** @throws UsageError for options that are none, or that contradict each other */
  constructor(options: ManagerFactoryOptions = {}) {
    const environment = nameEnvironment(options.environment, process.env);
    const { logger, metrics, hooks = {} } = options;
    this.#clock = options.clock ?? systemClock;
    const listeners: SessionListener[] = [(event) => this.#record(event)];
    if (logger !== undefined) {
      listeners.push(warnOfEnvironment(logger, environment), tellLines(logger));
    }
    if (metrics !== undefined) listeners.push((event) => metrics(event));
    this.#layer = new SessionLayer(toSessionOptions(options, environment), {
      clock: this.#clock,
      codec: plainCodec,
      hooks: toSessionHooks(hooks, (session) => this.#managerOf(session)),
      listeners,
    });
  }

  /**
   * Takes a slot in the same tick if one is free or held by somebody dead; otherwise waits until the user's managers
   * have answered a ping, at most the probe timeout and a beat.
   *
   * Rejects with {@link ManagerLimitError} when they are alive or may still be, with {@link SocketClosedError} when the
   * newcomer is over before it has a manager, and with UsageError for a request that cannot be meant, also after
   * {@link shutdown}. Whatever the error is, the socket that was given is closed: with 4429 at the limit, with 1012 after
   * `shutdown`, with 4401 for a user or a limit that cannot be.
   */
  async createManager(request: CreateManagerRequest): Promise<WebSocketManager> {
    const outcome = await this.#admit(request);
    if (outcome.outcome === 'opened') return this.#managerOf(outcome.session);
    if (outcome.outcome === 'left') throw new SocketClosedError();
    if (outcome.refusal.reason !== 'draining') throw new ManagerLimitError(outcome.refusal);
    throw new UsageError(
      'bad-state',
      'Expected a factory that is running, got one that is shut down. Create another one.',
    );
  }

  /** The manager of that id, unless it is over. Asking changes nothing. */
  getManager(id: string): WebSocketManager | null {
    const session = this.#layer.find(id);
    return session === null ? null : this.#managerOf(session);
  }

  /** Ends one manager; the client gets close code 1000. False, and counted, when there is none of that id. */
  async cleanupManager(id: string): Promise<boolean> {
    return this.#layer.close(id);
  }

  /** Removes the user's dead managers, never a living one. True when a slot is free afterwards. */
  async enforceResourceLimits(userId: string): Promise<boolean> {
    this.#layer.reapUser(userId);
    return this.#layer.count(userId) < this.#layer.limitOf(userId);
  }

  /** Ends all of the user's managers, the living too, with close code 4499. Resolves to how many that were. */
  async forceCleanupUserManagers(userId: string): Promise<number> {
    return this.#layer.closeUser(userId).length;
  }

  /** Removes the dead managers of all users, never a living one. Resolves to how many that were; rejects when it cannot look. */
  async forceCleanupAllExpired(): Promise<number> {
    const { reaped } = await this.#layer.reapAll();
    return reaped.length;
  }

  /** Every number, recounted from the registry or folded from events at this moment. Asking changes no manager. */
  getFactoryStats(): FactoryStats {
    return {
      ...readSeedStats(this.#layer, this.#metrics, this.#clock.nowMs()),
      observability_errors: this.#layer.faultCounts().get('listener') ?? 0,
      unknown_handles: this.#unknownHandles,
    };
  }

  /** How the factory is, and what to do about what is wrong. Asking also sees to it that the sweep runs. */
  getHealthStatus(): Health {
    return this.#layer.health();
  }

  /** Ends all managers with close code 1012, and the sweep for good. Resolves when every socket is closed, or cut after 2 s. */
  shutdown(): Promise<void> {
    this.#shutdown ??= this.#layer.shutdown();
    return this.#shutdown;
  }

  /** A newcomer who is not let in leaves no socket behind without an owner; that of another manager stays as it is. */
  async #admit({ socket, ...rest }: CreateManagerRequest): Promise<OpenOutcome> {
    if (socket === undefined) return this.#layer.admit(rest);
    const port = toSessionSocket(socket);
    try {
      return await this.#layer.admit({ ...rest, socket: port });
    } catch (error) {
      if (port.owner === nobody) this.#layer.turnAway(port, 'unauthorized');
      throw error;
    }
  }

  #managerOf(session: Session): WebSocketManager {
    const known = this.#managers.get(session);
    if (known !== undefined) return known;
    const manager = new WebSocketManager(session, this.#layer);
    this.#managers.set(session, manager);
    return manager;
  }

  #record(event: Parameters<SessionListener>[0]): void {
    this.#metrics.record(event, this.#clock.nowMs());
    if (event.type === 'unknownHandle') this.#unknownHandles += 1;
  }
}
