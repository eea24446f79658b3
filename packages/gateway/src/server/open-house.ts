import { once } from 'node:events';
import type { SessionLayer } from 'holdfast';
import { type Core, createCore } from './core.ts';
import type { Entrance } from './entrance.ts';
import { type Front, openFront } from './front.ts';
import type { GatewayOptions } from './gateway-options.ts';
import type { Ground } from './ground.ts';
import { takeSeat } from './sessions/take-seat.ts';

/** A gateway with its sessions. */
export interface House {
  readonly core: Core;
  readonly front: Front;
}

/** What a house is opened with. */
export interface OpeningParts extends Pick<GatewayOptions, 'rolloutProvider'> {
  /** `http://host:port` as it listens. */
  readonly url: string;
  /** Ends the waiting for a store, and then the house. */
  readonly stopping: AbortController;
}

/** A house on its way. */
export interface Opening {
  /** Resolves once it is open, or waits for its store. Rejects when it will never open. */
  readonly begun: Promise<void>;
  /** Resolves once it is open; with null when it was told to stop before. Rejects when it will never open. */
  readonly house: Promise<House | null>;
  /** Null before it is open. */
  readonly layer: () => SessionLayer | null;
}

/** Takes a seat, and lets users in behind this door. */
export function openHouse(ground: Ground, entrance: Entrance, parts: OpeningParts): Opening {
  const { rolloutProvider, stopping } = parts;
  const url = ground.config.nodeUrl ?? parts.url;
  const drain = (): void => stopping.abort();
  let layer: SessionLayer | null = null;
  const waiting = new AbortController();
  const isWaiting = once(waiting.signal, 'abort');
  const open = async (): Promise<House | null> => {
    const { signal } = stopping;
    const seat = await takeSeat(ground, { url, signal, onWaiting: () => waiting.abort() });
    if (seat === null) return null;
    try {
      const provided = rolloutProvider === undefined ? {} : { rolloutProvider };
      const core = createCore(ground, { seat, url, drain, ...provided });
      const front = openFront(core, entrance);
      layer = core.layer;
      if (ground.state.readiness === 'starting') ground.state.readiness = 'ready';
      return { core, front };
    } catch (error) {
      await seat.layer.shutdown();
      await seat.leave();
      throw error;
    }
  };
  const house = open();
  const begun = Promise.race([house, isWaiting]).then(() => {});
  return { begun, house, layer: () => layer };
}
