import { SessionLayer } from 'holdfast';
import { BareSocket } from './bare-socket.ts';
import type { PublishCost } from './duties.ts';
import { LeapingClock } from './leaping-clock.ts';

const rounds = 20;
const data = { text: 'x'.repeat(64) };

/** Publishes to one user as often as once to each of many; each has one session, whose peer confirms what it gets. */
export function measurePublishing(users: number): PublishCost {
  const clock = new LeapingClock();
  const layer = new SessionLayer({ cleanupIntervalMs: 3_600_000 }, { clock });
  for (let user = 0; user < users; user += 1) {
    layer.open({ userId: `user-${user}`, socket: new BareSocket(clock, false) });
  }
  const toOne = (): void => {
    for (let event = 0; event < users; event += 1) layer.publish('user-0', { event: 'news', data });
  };
  const toMany = (): void => {
    for (let user = 0; user < users; user += 1) {
      layer.publish(`user-${user}`, { event: 'news', data });
    }
  };
  const cost = { toOneUs: 0, toManyUs: 0 };
  for (let round = 0; round < rounds; round += 1) {
    // The first rounds warm it up.
    const isMeasured = round >= rounds / 2;
    const one = timeUs(toOne) / users;
    const many = timeUs(toMany) / users;
    clock.run(100);
    if (!isMeasured) continue;
    cost.toOneUs += (one * 2) / rounds;
    cost.toManyUs += (many * 2) / rounds;
  }
  return cost;
}

function timeUs(act: () => void): number {
  const startedAt = performance.now();
  act();
  return (performance.now() - startedAt) * 1_000;
}
