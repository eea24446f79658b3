import { StoreError } from '../../sessions/store/store-error.ts';
import type { LinkEnd, MemoryStoreLink } from '../../stores/memory/memory-store-link.ts';
import type { ManualClock } from '../manual-clock.ts';
import type { ClusterWorld } from './cluster-world.ts';
import { Lane } from './lane.ts';
import type { StoreMachine } from './store-machine.ts';

/** The two connections of a node: one for its acts, one for what it hears. */
export type Wiring = 'acts' | 'messages';

/** What a link lies between. */
export interface LinkParts {
  readonly world: ClusterWorld;
  readonly clock: ManualClock;
  readonly machine: StoreMachine;
}

/** How a connection breaks. */
export interface Cut {
  /** Until the node notices. */
  readonly noticedInMs: number;
  /** Until there is another one, from when it has noticed. */
  readonly awayMs: number;
  /** What was sent before still arrives; no answer does. */
  readonly arrives: boolean;
}

/** One TCP connection to the store. */
class Connection {
  readonly up: Lane;
  readonly down: Lane;
  readonly calls: Set<(error: Error) => void> = new Set();
  /** The store has seen that it is over. */
  isOver = false;

  constructor(world: ClusterWorld, delayMs: () => number) {
    this.up = new Lane(world, delayMs);
    this.down = new Lane(world, delayMs);
  }
}

/** The network between one node and the store: slow, interrupted, cut, each of the two connections by itself. */
export class StoreLink implements MemoryStoreLink {
  readonly #parts: LinkParts;
  readonly #connections: Record<Wiring, Connection | null>;
  #end: LinkEnd | null = null;
  /** On top of what a way takes at best, milliseconds. */
  slownessMs = 0;
  /** Acts that were asked of it so far. */
  asked = 0;

  constructor(parts: LinkParts) {
    this.#parts = parts;
    this.#connections = { acts: this.#connect(), messages: this.#connect() };
  }

  /** Acts that were sent and not answered. */
  get pending(): number {
    return this.#connections.acts?.calls.size ?? 0;
  }

  isUp(wiring: Wiring): boolean {
    return this.#connections[wiring] !== null;
  }

  attach(end: LinkEnd): void {
    this.#end = end;
  }

  ask<T>(act: () => T): Promise<T> {
    const { machine, clock } = this.#parts;
    const { acts } = this.#connections;
    if (acts === null) return Promise.reject(unreachable());
    this.asked += 1;
    return new Promise<T>((resolve, reject) => {
      acts.calls.add(reject);
      acts.up.send(() =>
        machine.take(acts, () => {
          const done = machine.do(act);
          acts.down.send(() =>
            clock.inPoll(0, () => {
              if (!acts.calls.delete(reject)) return;
              if ('answer' in done) resolve(done.answer);
              else reject(done.error);
            }),
          );
        }),
      );
    });
  }

  tell(deliver: () => void): boolean {
    const { messages } = this.#connections;
    if (messages === null || messages.isOver) return false;
    messages.down.send(() => this.#parts.clock.inPoll(0, deliver));
    return true;
  }

  /** Nothing passes any more, and nobody notices; until it is released, or cut. */
  hold(wiring: Wiring, direction: 'up' | 'down' | 'both'): void {
    const connection = this.#connections[wiring];
    if (direction !== 'down') connection?.up.hold();
    if (direction !== 'up') connection?.down.hold();
  }

  release(wiring: Wiring): void {
    this.#connections[wiring]?.up.release();
    this.#connections[wiring]?.down.release();
  }

  cut(wiring: Wiring, { noticedInMs, awayMs, arrives }: Cut): void {
    const { world, clock } = this.#parts;
    const broken = this.#connections[wiring];
    if (broken === null || broken.isOver) return;
    broken.down.close();
    broken.isOver = true;
    if (!arrives) broken.up.close();
    world.in(noticedInMs, () =>
      clock.inPoll(0, () => {
        this.#connections[wiring] = null;
        for (const fail of [...broken.calls]) fail(unreachable());
        broken.calls.clear();
        if (wiring === 'messages') this.#end?.lost(unreachable());
        world.in(awayMs, () => this.#reconnect(wiring));
      }),
    );
  }

  /** The process is gone, and both connections with it. What was sent may arrive. */
  close(): void {
    for (const wiring of ['acts', 'messages'] as const) {
      const connection = this.#connections[wiring];
      connection?.down.close();
      if (connection !== null) connection.isOver = true;
    }
  }

  #reconnect(wiring: Wiring): void {
    const connection = this.#connect();
    this.#connections[wiring] = connection;
    if (wiring === 'messages')
      connection.down.send(() => this.#parts.clock.inPoll(0, () => this.#end?.back()));
  }

  #connect(): Connection {
    const { world } = this.#parts;
    return new Connection(world, () => 0.2 + world.random.next() * 0.8 + this.slownessMs);
  }
}

function unreachable(): StoreError {
  return new StoreError('unreachable', 'The connection is gone.');
}
