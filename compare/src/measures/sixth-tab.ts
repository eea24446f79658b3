import { setTimeout as delay } from 'node:timers/promises';
import type { Bench, Measure } from './bench.ts';
import { figures, limit } from './figures.ts';

const watchedMs = 15_000;
const quickMs = 2_000;
const afterEachOtherMs = 50;

/** One more tab than there are places, each coming back as its client does: how many live sessions end in 15 s (FM-29)? */
export const sixthTab: Measure = {
  name: 'sixth-tab',
  isBusy: false,
  async run(bench) {
    const endsAt = performance.now() + (bench.isQuick ? quickMs : watchedMs);
    const tabs: Promise<number>[] = [];
    for (let tab = 0; tab <= limit; tab += 1) {
      tabs.push(keepOpen(bench, endsAt));
      await delay(afterEachOtherMs);
    }
    const ended = await Promise.all(tabs);
    const total = ended.reduce((sum, one) => sum + one, 0);
    bench.keep(figures.killedByTabs, total);
  },
};

/** How often the server has ended a session of this tab's. */
async function keepOpen(bench: Bench, endsAt: number): Promise<number> {
  let ended = 0;
  while (performance.now() < endsAt) {
    const arrival = await bench.deployment.dialer.dial({ user: 'six-tabs' });
    let { end } = arrival.isOpen ? arrival.client : arrival;
    if (arrival.isOpen) {
      const { client } = arrival;
      bench.undoLater(() => client.drop());
      await client.until(() => client.end !== null, endsAt - performance.now());
      ({ end } = client);
      if (end !== null) ended += 1;
    }
    const pauseMs = end === null ? null : bench.system.comesBackAfter(end);
    if (pauseMs === null) break;
    await delay(pauseMs);
  }
  return ended;
}
