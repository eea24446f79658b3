import type { SessionLayer } from 'holdfast';
import { createCore } from './core.ts';
import { createFront, openFront } from './front.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { GatewayLog } from './log/gateway-log.ts';
import { shutDown } from './shut-down.ts';

export type { GatewayOptions } from './gateway-options.ts';

/** A gateway that answers. */
export interface Gateway {
  /** `http://host:port`, with the port it really listens on. */
  readonly url: string;
  /** `ws://host:port/ws` */
  readonly wsUrl: string;
  readonly host: string;
  readonly port: number;
  readonly layer: SessionLayer;
  /** For what the process around it has to say; `fatal` and `flush` before an exit. */
  readonly log: GatewayLog;
  /**
   * Lets nobody in any more, drains the sessions, and resolves when everything is closed and the log is
   * written: within `--drain-timeout` and a second, usually long before. The same promise however often
   * it is called.
   */
  stop(): Promise<void>;
  /**
   * Resolves when it has stopped, whoever asked for it: `stop`, or an administrator over the HTTP API.
   * Whether the process around it ends then is for that to say.
   */
  readonly stopped: Promise<void>;
}

/**
 * Starts a gateway; resolves once it answers.
 *
 * @throws UsageError for settings that contradict each other (`flagOfOption` names the flags), and
 *   what `listen` throws when the address cannot be had (`EADDRINUSE`, `EACCES`, …)
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const core = createCore(options);
  const { layer, log, state } = core;
  const stopping = new AbortController();
  const front = createFront(core, () => stopping.abort());
  const port = await openFront(front, core).catch(async (error: unknown) => {
    core.close();
    await layer.shutdown();
    throw error;
  });
  const { host } = options.config;
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = `http://${authority}`;
  state.readiness = 'ready';
  for (const note of options.notes ?? []) log.warn('note', note);
  log.info('listening', `Listening on ${url}`, { url });
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve(shutDown(core, front)), { once: true });
  });
  const stop = (): Promise<void> => {
    stopping.abort();
    return stopped;
  };
  return { url, wsUrl: `ws://${authority}/ws`, host, port, layer, log, stop, stopped };
}
