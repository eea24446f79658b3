import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { StoreError } from 'holdfast/cluster';
import {
  FakeSocket,
  ManualClock,
  MemoryStore,
  type MemoryStoreLink,
  MemoryStoreServer,
} from 'holdfast/testing';
import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import { type Core, createCore } from '../../../src/server/core.ts';
import { createGround, type Ground } from '../../../src/server/ground.ts';
import { takeClusterSeat } from '../../../src/server/sessions/cluster-seat.ts';
import { takeLocalSeat } from '../../../src/server/sessions/seat.ts';
import type { OpenedStore } from '../../../src/server/store/open-store.ts';
import { configOf } from '../gateway/house.ts';

const unsettled = Symbol('unsettled');

/** What lies between a node and the store in memory. */
export class Wire implements MemoryStoreLink {
  /** Nothing that is said to the node arrives. */
  isDeaf = false;
  /** No act reaches the store. */
  isCut = false;
  warnings: readonly string[] = [];

  attach(): void {}

  async ask<T>(act: () => T): Promise<T> {
    if (this.isCut) throw new StoreError('unreachable', 'The wire is cut.');
    return act();
  }

  tell(deliver: () => void): boolean {
    if (!this.isDeaf) queueMicrotask(deliver);
    return true;
  }
}

/** Cores of gateways on one manual clock: one alone, or several on a store in memory. */
export class NodeHouse {
  readonly clock: ManualClock = new ManualClock();
  readonly lines: Record<string, unknown>[] = [];
  readonly drained: string[] = [];
  readonly server: MemoryStoreServer = new MemoryStoreServer({
    nowMs: () => this.clock.epochMs(),
    random: () => 0.5,
  });
  readonly #cores: Core[] = [];

  async alone(settings: Partial<ServeConfig> = {}): Promise<Core> {
    const ground = this.#groundOf(settings);
    return this.#core(ground, takeLocalSeat(ground));
  }

  async join(settings: Partial<ServeConfig> = {}, wire: Wire = new Wire()): Promise<Core> {
    const ground = this.#groundOf(settings);
    const memory = new MemoryStore(this.server, wire);
    const store: OpenedStore = Object.assign(memory, { warnings: () => wire.warnings });
    const parts = { store, url: `http://${ground.node}` };
    return this.#core(ground, await this.done(takeClusterSeat(ground, parts)));
  }

  /** A client of this user comes; it is let in, or not, when this resolves. */
  async come({ sessions }: Core, userId: string, extra: object = {}): Promise<FakeSocket> {
    const socket = new FakeSocket(this.clock);
    const admission = sessions.open({ userId, socket, extra: { userId, ...extra } });
    if (admission.outcome === 'waiting') await this.done(admission.settled);
    return socket;
  }

  /** Time passes until this is settled. */
  async done<T>(promise: Promise<T>): Promise<T> {
    const pending = Promise.resolve(unsettled);
    // A rejection is for whoever awaits what is returned.
    promise.catch(() => {});
    const look = (): Promise<unknown> => Promise.race([promise, pending]).catch(() => null);
    while ((await look()) === unsettled) await this.run(5);
    return await promise;
  }

  async run(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 5) {
      this.clock.advance(Math.min(5, left));
      for (let turn = 0; turn < 3; turn += 1) {
        await turnOfLoop();
        this.clock.turn();
      }
    }
  }

  async end(): Promise<void> {
    for (const { sessions, close } of this.#cores.splice(0)) {
      await this.done(sessions.drain({ withinMs: 0 }));
      close();
    }
  }

  #groundOf(settings: Partial<ServeConfig>): Ground {
    const write = (line: string): void => void this.lines.push(JSON.parse(line) as never);
    const ground = createGround({ config: configOf(settings), logDestination: { write } });
    return { ...ground, layerParts: { ...ground.layerParts, clock: this.clock } };
  }

  #core(ground: Ground, seat: Parameters<typeof createCore>[1]['seat']): Core {
    const drain = (): void => void this.drained.push(ground.node);
    const core = createCore(ground, { seat, url: `http://${ground.node}`, drain });
    ground.state.readiness = 'ready';
    this.#cores.push(core);
    return core;
  }
}
