import { describe, expect, it } from 'vitest';
import {
  ManualClock,
  MemoryStore,
  MemoryStoreServer,
  SeededRandom,
  SimulatedStoreLink,
  SlotRecorder,
} from 'holdfast/testing';
import { SlotRush } from './slot-rush.ts';

/** Three nodes on a slow net whose answers are lost now and then. */
class Rush {
  readonly clock: ManualClock = new ManualClock();
  readonly random: SeededRandom;
  readonly recorder: SlotRecorder = new SlotRecorder('ada');
  readonly server: MemoryStoreServer;
  readonly #links: SimulatedStoreLink[];
  readonly #rush: SlotRush;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.server = new MemoryStoreServer({
      nowMs: () => this.clock.epochMs(),
      random: () => this.random.next(),
    });
    const options = {
      later: (ms: number, run: () => void) => this.clock.inPoll(ms, run),
      delayMs: () => this.random.between(0, 20),
    };
    this.#links = [1, 2, 3].map(() => new SimulatedStoreLink(options));
    const stores = this.#links.map((link) => new MemoryStore(this.server, link));
    this.#rush = new SlotRush({ stores, recorder: this.recorder, random: this.random });
  }

  /** One act of one node, whose answer nobody waits for. */
  act(): void {
    if (this.random.chance(0.1))
      this.random.pick(this.#links)?.failNext(this.random.oneOf(['done', 'not-done']));
    void this.#rush.act();
  }

  async run(acts: number): Promise<void> {
    for (let left = acts; left > 0; left -= 1) {
      this.act();
      await this.pass(this.random.between(0, 8));
    }
    await this.pass(200);
  }

  /** Lets time pass, and promises settle whenever something has arrived. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left >= 0; left -= 1) {
      this.clock.advance(Math.min(1, left));
      for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
    }
  }
}

describe('histories of three nodes on one memory store, recorded over slow links that lose answers,', () => {
  it('I1 I7 could have happened one act after the other', async () => {
    let overlapping = 0;
    for (let seed = 1; seed <= 30; seed += 1) {
      const rush = new Rush(seed);
      await rush.run(60);
      const { history } = rush.recorder;
      expect(history.length).toBe(60);
      overlapping += history.filter(
        ({ calledAt }, place) => place > 0 && calledAt < history[place - 1]!.returnedAt,
      ).length;
      expect(rush.recorder.check(), `seed ${seed}`).toEqual({ outcome: 'linearizable' });
    }
    expect(overlapping).toBeGreaterThan(500);
  });

  it('I1 E4 could not, where the store goes back to what it was and forgets what it has answered', async () => {
    let found = 0;
    for (let seed = 1; seed <= 15; seed += 1) {
      const rush = new Rush(seed);
      await rush.run(20);
      const snapshot = rush.server.snapshot();
      await rush.run(20);
      rush.server.rollBack(snapshot);
      await rush.run(20);
      if (rush.recorder.check().outcome === 'not-linearizable') found += 1;
    }
    expect(found).toBeGreaterThan(11);
  });
});
