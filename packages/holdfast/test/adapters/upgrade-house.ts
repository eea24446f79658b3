import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { acceptUpgrades, type UpgradeOptions, type Upgrades } from '../../src/adapters/ws.ts';
import type { SessionOptions } from '../../src/core/options.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { SessionLayer } from '../../src/sessions/session-layer.ts';

/** A session layer behind a server on loopback, with everything it says written down. */
export interface House {
  readonly server: Server;
  readonly layer: SessionLayer;
  readonly upgrades: Upgrades;
  readonly port: number;
  readonly events: SessionEvent[];
}

const open: House[] = [];

/** Opens one that `closeHouses` closes; everybody is let in as the user `u` unless `decide` says otherwise. */
export async function openHouse(
  decide?: UpgradeOptions['decide'],
  about: { options?: SessionOptions; more?: Partial<UpgradeOptions> } = {},
): Promise<House> {
  const layer = new SessionLayer(about.options ?? {});
  const events: SessionEvent[] = [];
  layer.subscribe((event) => void events.push(event));
  const server = createServer();
  const upgrades = acceptUpgrades(server, {
    layer,
    decide: decide ?? (() => ({ kind: 'open', request: { userId: 'u' } })),
    ...about.more,
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const house = { server, layer, upgrades, port: (server.address() as AddressInfo).port, events };
  open.push(house);
  return house;
}

/** Closes all that are open, and every connection with them. */
export async function closeHouses(): Promise<void> {
  for (const { server, layer, upgrades } of open.splice(0)) {
    upgrades.close();
    await layer.shutdown();
    server.closeAllConnections();
    await new Promise<void>((resolve) => void server.close(() => resolve()));
  }
}

/** Waits until this holds. */
export async function until(condition: () => boolean, timeoutMs = 5_000): Promise<void> {
  const endsAt = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > endsAt)
      throw new Error(`Expected a condition to hold within ${timeoutMs} ms.`);
    await delay(2);
  }
}
