import { describe, expect, it } from 'vitest';
import {
  ManualClock,
  MemoryStore,
  MemoryStoreServer,
  SeededRandom,
  SimulatedStoreLink,
  SlotRecorder,
} from 'holdfast/testing';

const everybody = { upTo: 0, generations: [] };
const terms = { events: 10, bytes: 10_000, keepMs: 3_600_000 };

/** Three nodes on a slow net whose answers are lost now and then. */
class Rush {
  readonly clock: ManualClock = new ManualClock();
  readonly random: SeededRandom;
  readonly recorder: SlotRecorder = new SlotRecorder('ada');
  readonly server: MemoryStoreServer;
  readonly nodes: { readonly store: MemoryStore; readonly link: SimulatedStoreLink }[];
  readonly #sessions: { readonly session: number; readonly lineage: number; node: number }[] = [];
  #handles = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.server = new MemoryStoreServer({
      nowMs: () => this.clock.epochMs(),
      random: () => this.random.next(),
    });
    this.nodes = [1, 2, 3].map(() => {
      const link = new SimulatedStoreLink({
        later: (ms, run) => this.clock.inPoll(ms, run),
        delayMs: () => this.random.between(0, 20),
      });
      return { link, store: new MemoryStore(this.server, link) };
    });
  }

  /** One act of one node, whose answer nobody waits for. */
  act(): void {
    const node = this.random.between(1, 3);
    const { store, link } = this.nodes[node - 1]!;
    if (this.random.chance(0.1)) link.failNext(this.random.oneOf(['done', 'not-done']));
    const known = this.random.pick(this.#sessions.slice(-6));
    const draw = this.random.next();
    if (draw < 0.1) void this.recorder.look(store);
    else if (draw < 0.2 && known !== undefined) void this.recorder.confirm(store, known.session);
    else if (draw < 0.45 && known !== undefined) this.#release(known);
    else void this.#admit(node, known);
  }

  #release({ session, node }: { session: number; node: number }): void {
    void this.recorder.release(this.nodes[node - 1]!.store, {
      node,
      live: everybody,
      broadcasts: 0,
      session,
      isRevoked: this.random.chance(0.2),
      keepMs: 3_600_000,
    });
  }

  async #admit(
    node: number,
    known: { readonly session: number; readonly lineage: number } | undefined,
  ): Promise<void> {
    this.#handles += 1;
    const session = this.#handles;
    const isReturn = known !== undefined && this.random.chance(0.4);
    const answer = await this.recorder.admit(this.nodes[node - 1]!.store, {
      node,
      live: everybody,
      broadcasts: 0,
      session,
      device: null,
      ticket: isReturn ? { lineage: known.lineage, predecessor: known.session } : null,
      limit: 2,
      taken: this.random.chance(0.1) ? (known?.session ?? null) : null,
      evictEveryMs: null,
      isWaiting: false,
      epoch: 'e',
      terms,
    });
    const lineage = answer?.outcome === 'admitted' ? answer.lineage : session;
    if (answer?.outcome !== 'full') this.#sessions.push({ session, lineage, node });
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
