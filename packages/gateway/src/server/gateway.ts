import type { SessionLayer } from 'holdfast';
import type { ServeConfig } from './config/serve-config.ts';
import type { GatewayLog, LogDestination } from './log/gateway-log.ts';

/** What a gateway is started with. */
export interface GatewayOptions {
  /** Settled by `resolveConfig`. */
  readonly config: ServeConfig;
  /** Sentences for the log, from `resolveConfig`. */
  readonly notes?: readonly string[];
  /** Where the log goes; standard output by default. */
  readonly logDestination?: LogDestination;
  /** A person reads the log: pretty unless `--log-format` says otherwise. Default: false. */
  readonly isTerminal?: boolean;
}

/** A gateway that answers. */
export interface Gateway {
  /** `http://host:port`, with the port it really listens on. */
  readonly url: string;
  /** `ws://host:port/ws` */
  readonly wsUrl: string;
  readonly host: string;
  readonly port: number;
  readonly layer: SessionLayer;
  /** For what the process around it has to say; `fatal` before an exit. */
  readonly log: GatewayLog;
  /**
   * Lets nobody in any more, ends all sessions with 1012 and a return time within the drain time, and
   * resolves when everything is closed and the log is written: within `--drain-timeout` and a second.
   * The same promise however often it is called.
   */
  stop(): Promise<void>;
}

/**
 * Starts a gateway; resolves once it answers.
 *
 * @throws UsageError for settings that contradict each other (`flagOfOption` names the flags), and
 *   what `listen` throws when the address cannot be had (`EADDRINUSE`, `EACCES`, …)
 */
export function startGateway(options: GatewayOptions): Promise<Gateway> {
  return Promise.reject(new Error(`not yet: ${options.config.host}`));
}
