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
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const core = createCore(options);
  const { layer, log, state } = core;
  const front = createFront(core);
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
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => (stopping ??= shutDown(core, front));
  return { url, wsUrl: `ws://${authority}/ws`, host, port, layer, log, stop };
}
