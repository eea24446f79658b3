import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { ClusterNode } from '../../src/cluster/cluster-node.ts';
import type { ClusterNodeParts } from '../../src/cluster/cluster-parts.ts';
import type { SessionOptions } from '../../src/core/options.ts';
import type { OpenOutcome, OpenRequest } from '../../src/sessions/open-request.ts';
import type { SessionEvent } from '../../src/sessions/session-event.ts';
import { MemoryStore } from '../../src/stores/memory/memory-store.ts';
import type { MemoryStoreLink } from '../../src/stores/memory/memory-store-link.ts';
import { MemoryStoreServer } from '../../src/stores/memory/memory-store-server.ts';
import { FakeSocket } from '../../src/testing/fake-socket.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';
import { SeededRandom } from '../../src/testing/seeded-random.ts';

/** How much time passes between two looks at what is waiting for promises. */
const stepMs = 5;

/** One node of the cluster in the test, and what it has told. */
export interface TestNode {
  readonly node: ClusterNode;
  readonly events: SessionEvent[];
}

/** A client, its socket and what came of its newcomer. */
export interface Guest {
  readonly socket: FakeSocket;
  outcome: OpenOutcome | null;
}

/** Several nodes on one memory store and one manual clock. */
export class ClusterHouse {
  readonly clock: ManualClock = new ManualClock();
  readonly server: MemoryStoreServer;
  readonly nodes: TestNode[] = [];
  readonly #draws: SeededRandom = new SeededRandom(7);
  readonly #random: () => number = () => this.#draws.next();

  constructor() {
    this.server = new MemoryStoreServer({
      nowMs: () => this.clock.epochMs(),
      random: this.#random,
    });
  }

  async join(
    options: SessionOptions = {},
    parts: Partial<ClusterNodeParts> & { readonly link?: MemoryStoreLink } = {},
  ): Promise<TestNode> {
    const { link, ...rest } = parts;
    const events: SessionEvent[] = [];
    const node = await ClusterNode.start(options, {
      store: new MemoryStore(this.server, link),
      clock: this.clock,
      random: this.#random,
      node: `node${this.nodes.length + 1}`,
      ...rest,
      listeners: [(event) => void events.push(event), ...(rest.listeners ?? [])],
    });
    const joined = { node, events };
    this.nodes.push(joined);
    return joined;
  }

  /** A client comes to a node; its outcome is there once it is decided. */
  come({ node }: TestNode, request: Omit<OpenRequest, 'socket'>, socket?: FakeSocket): Guest {
    const guest: Guest = { socket: socket ?? new FakeSocket(this.clock), outcome: null };
    const admission = node.open({ ...request, socket: guest.socket });
    if (admission.outcome !== 'waiting') guest.outcome = admission;
    else {
      void admission.settled.then((outcome) => {
        guest.outcome = outcome;
      });
    }
    return guest;
  }

  /** The same, and time passes until it is decided. */
  async enter(node: TestNode, request: Omit<OpenRequest, 'socket'>): Promise<Guest> {
    const guest = this.come(node, request);
    for (let waitedMs = 0; guest.outcome === null && waitedMs < 10_000; waitedMs += stepMs)
      await this.run(stepMs);
    return guest;
  }

  /** Time passes, and whatever waits for it goes on. */
  async run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= stepMs) {
      this.clock.advance(Math.min(stepMs, left));
      await this.settle();
    }
  }

  /** What is ready now goes on, without time passing. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn += 1) {
      await turnOfLoop();
      this.clock.turn();
    }
  }

  /** Slots of a user, as the store counts them. */
  async rowsOf(user: string): Promise<number> {
    const everybody = { upTo: 0, generations: [] };
    const asker = { node: 0, live: everybody, broadcasts: 0 };
    const { rows } = await new MemoryStore(this.server).stateOf(user, asker);
    return rows.length;
  }
}
