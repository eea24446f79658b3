import { createHook } from 'node:async_hooks';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises';
import type { Gauges, SessionLayer } from 'holdfast';
import { RawPeer } from 'holdfast/testing';
import { acceptUpgrades } from 'holdfast/ws';

/** A session layer behind a server of this process, so that listeners and timers can be counted. */
export interface Desk {
  readonly layer: SessionLayer;
  readonly port: number;
  readonly server: Server;
  /** Timers made since it was opened that are neither over nor cleared; those that keep no process alive, too. */
  readonly timers: ReadonlySet<number>;
  close(): Promise<void>;
}

/** Opens one whose path is the name of the user: `/ann`. */
export async function openDesk(layer: SessionLayer): Promise<Desk> {
  const timers = new Set<number>();
  const hook = createHook({
    init: (id, kind) => void (kind === 'Timeout' && timers.add(id)),
    destroy: (id) => void timers.delete(id),
  }).enable();
  const server = createServer();
  const upgrades = acceptUpgrades(server, {
    layer,
    decide: ({ url = '/' }) => ({ kind: 'open', request: { userId: url.slice(1) } }),
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return {
    layer,
    server,
    timers,
    port: (server.address() as AddressInfo).port,
    close: async () => {
      hook.disable();
      upgrades.close();
      await layer.shutdown();
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}

/** What must not grow with the number of clients that have come and gone. */
export interface Inventory {
  readonly listeners: Readonly<Record<string, number>>;
  readonly timers: number;
  /** Sockets and handles of the whole process, by kind. */
  readonly resources: Readonly<Record<string, number>>;
  readonly gauges: Omit<Gauges, 'sweep'>;
}

/** Counts it. */
export function takeInventory({ server, layer, timers }: Desk): Inventory {
  const listeners = Object.fromEntries(
    server.eventNames().map((name) => [String(name), server.listenerCount(name)]),
  );
  const resources: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) {
    // Timers are counted by their own making: here are those of the test runner, too.
    if (kind !== 'Timeout') resources[kind] = (resources[kind] ?? 0) + 1;
  }
  const { sweep: _sweep, ...gauges } = layer.gauges();
  return { listeners, timers: timers.size, resources, gauges };
}

/** Clients of a few users come and leave, twenty at a time, in each of the four ways to leave. */
export async function churn({ port }: Desk, count: number): Promise<void> {
  for (let done = 0; done < count; done += 20) {
    const peers = await Promise.all(
      Array.from({ length: 20 }, (_, place) =>
        RawPeer.connect({ port, path: `/user${place % 4}` }),
      ),
    );
    await Promise.all(peers.map((peer) => peer.until(() => peer.texts.length > 0)));
    for (const [place, peer] of peers.entries()) leave(peer, place);
    await Promise.all(peers.map((peer) => peer.until(() => peer.isClosed)));
  }
}

function leave(peer: RawPeer, place: number): void {
  if (place % 4 === 0) {
    peer.sendClose(1000);
    peer.finish();
  } else if (place % 4 === 1) peer.finish();
  else if (place % 4 === 2) peer.reset();
  else peer.destroy();
}

/** The inventory as soon as it equals this one, or after the time-out as it is then. */
export async function settledInventory(desk: Desk, expected: Inventory): Promise<Inventory> {
  const endsAt = performance.now() + 10_000;
  let found = takeInventory(desk);
  while (JSON.stringify(found) !== JSON.stringify(expected) && performance.now() < endsAt) {
    await delay(20);
    // Our own timer is told of as over in the turn of the event loop after it.
    await nextTurn();
    await nextTurn();
    found = takeInventory(desk);
  }
  return found;
}
