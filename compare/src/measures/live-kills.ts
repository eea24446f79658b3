import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Figure, Measure } from './bench.ts';
import { figures, limit } from './figures.ts';
import { openClients } from './open-clients.ts';
import { countKilled } from './still-served.ts';

const quietMs = 12_000;
const eventEveryMs = 500;

interface Room {
  readonly user: string;
  readonly sessions: number;
  readonly isBusy: boolean;
  readonly figure: Figure;
}

/**
 * All clients answer every ping. For twelve seconds they are sent nothing, or something every half second; then one more
 * client of the same user connects, once. How many of the living has that cost?
 */
export const liveKills: Measure = {
  name: 'live-kills',
  isBusy: false,
  async run(bench) {
    const rooms: readonly Room[] = [
      { user: 'quiet-3', sessions: 3, isBusy: false, figure: figures.killedQuietBelow },
      { user: 'quiet-5', sessions: limit, isBusy: false, figure: figures.killedQuietFull },
      { user: 'busy-5', sessions: limit, isBusy: true, figure: figures.killedBusyFull },
    ];
    await Promise.all(rooms.map((room) => knock(bench, room)));
  },
};

async function knock(bench: Bench, { user, sessions, isBusy, figure }: Room): Promise<void> {
  const { desk, dialer } = bench.deployment;
  const clients = await openClients(bench, user, sessions);
  const endsAt = performance.now() + (bench.isQuick ? 1_000 : quietMs);
  while (performance.now() < endsAt) {
    if (isBusy) await desk.publish(user, { event: 'tick', data: null });
    await delay(eventEveryMs);
  }
  const arrival = await dialer.dial({ user });
  if (arrival.isOpen) bench.undoLater(() => arrival.client.drop());
  // An end that is under way by then counts as well.
  await delay(500);
  bench.keep(figure, await countKilled(bench.deployment, clients));
}
