import { performance } from 'node:perf_hooks';
import type { Bench, Measure } from './bench.ts';
import { figures } from './figures.ts';

const connects = 1_500;
const quickConnects = 60;
const warmUp = 200;
const atOnce = 4;

/** From the first packet to the first frame of a session, four clients at a time, each user with room. */
export const creation: Measure = {
  name: 'creation',
  isBusy: true,
  async run(bench) {
    await connectAll(bench, { prefix: 'warm', count: bench.isQuick ? 20 : warmUp, keeps: false });
    const count = bench.isQuick ? quickConnects : connects;
    await connectAll(bench, { prefix: 'made', count, keeps: true });
  },
};

interface Storm {
  readonly prefix: string;
  readonly count: number;
  readonly keeps: boolean;
}

async function connectAll(bench: Bench, { prefix, count, keeps }: Storm): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      // Two sessions a user: below what any of the systems takes for nearly full.
      const user = `${prefix}-${next >> 1}`;
      const startedAt = performance.now();
      const arrival = await bench.deployment.dialer.dial({ user });
      if (!arrival.isOpen) throw new Error(`Expected a session, got ${arrival.end.code}.`);
      if (keeps) bench.keep(figures.creation, performance.now() - startedAt);
      bench.undoLater(() => arrival.client.drop());
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}
