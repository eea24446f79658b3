import { resolveSettings, type SessionLayer } from 'holdfast';
import { createEntrance, openEntrance } from './entrance.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { createGround } from './ground.ts';
import type { GatewayLog } from './log/gateway-log.ts';
import { openHouse } from './open-house.ts';
import { sessionOptionsOf } from './session-options.ts';
import { endWhenAsked, shutEntrance } from './shut-down.ts';

export type { GatewayOptions } from './gateway-options.ts';

/** A gateway that answers. */
export interface Gateway {
  /** `http://host:port`, with the port it really listens on. */
  readonly url: string;
  /** `ws://host:port/ws` */
  readonly wsUrl: string;
  readonly host: string;
  readonly port: number;
  /** The sessions of this process. @throws Error while it waits for its store: there is none yet */
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
 * Starts a gateway; resolves once it answers. Where nodes share a store that does not answer, it says so to whoever asks,
 * lets nobody in, and goes on by itself when the store is there.
 *
 * @throws UsageError for settings that contradict each other (`flagOfOption` names the flags), StoreError when the store
 *   refuses this client, and what `listen` throws when the address cannot be had (`EADDRINUSE`, `EACCES`, …)
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  resolveSettings(sessionOptionsOf(options.config));
  const ground = createGround(options);
  const entrance = createEntrance(ground);
  const { log, config } = ground;
  const { host } = config;
  const port = await openEntrance(entrance, ground).catch((error: unknown) => {
    ground.leave();
    throw error;
  });
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const url = `http://${authority}`;
  const stopping = new AbortController();
  const opening = openHouse(ground, entrance, { ...options, url, stopping });
  try {
    await opening.begun;
  } catch (error) {
    await shutEntrance(ground, entrance);
    throw error;
  }
  for (const note of options.notes ?? []) log.warn('note', note);
  log.info('listening', `Listening on ${url}`, { url });
  const stopped = endWhenAsked(ground, entrance, { opening, signal: stopping.signal });
  const stop = (): Promise<void> => {
    stopping.abort();
    return stopped;
  };
  const place = { url, wsUrl: `ws://${authority}/ws`, host, port };
  return {
    ...place,
    get layer() {
      const layer = opening.layer();
      if (layer === null) throw new Error('Expected a gateway with sessions, got one that waits.');
      return layer;
    },
    ...{ log, stop, stopped },
  };
}
