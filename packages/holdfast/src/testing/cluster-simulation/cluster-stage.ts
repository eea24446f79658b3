import type { SessionEvent } from '../../sessions/session-event.ts';
import type { StoreData } from '../../stores/memory/store-data.ts';
import { MemoryStoreServer } from '../../stores/memory/memory-store-server.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Verdict } from '../simulation/verdict.ts';
import type { ClusterProcess } from './cluster-process.ts';
import {
  type ClusterFaultKind,
  type ClusterScenario,
  drawClusterScenario,
} from './cluster-scenario.ts';
import { ClusterWorld } from './cluster-world.ts';
import { type EventTruth, RecordTruth } from './record-truth.ts';
import type { Guest } from './guest.ts';
import { StoreMachine } from './store-machine.ts';
import type { StoreWitness } from './watched-store.ts';
import type { Wire } from './wire.ts';

/** The clock of the store when a run begins: 2026-10. */
const storeClockAt = 1_790_000_000_000;

/** What is known of a user. */
export interface ClusterUser {
  readonly id: string;
  readonly clients: Guest[];
  readonly records: RecordTruth;
  /** When somebody last ordered that sessions of this user be closed. */
  orderedAt: number;
  /** When sessions of this user that were alive ended, lately. */
  readonly ended: { readonly at: number; readonly aliveTo: number }[];
}

/** A session that is not over. */
export interface LiveSession {
  readonly user: ClusterUser;
  readonly wire: Wire;
  readonly host: ClusterProcess;
  readonly openedAt: number;
}

/** Who looks on, and judges. */
export interface StageDuties {
  readonly witness: StoreWitness;
  readonly hear: (host: ClusterProcess, event: SessionEvent) => void;
  /** Called around each act that the store does. */
  readonly around: <T>(act: () => T) => T;
}

/** Everything one run consists of. */
export class ClusterStage {
  readonly random: SeededRandom;
  readonly scenario: ClusterScenario;
  readonly world: ClusterWorld;
  readonly machine: StoreMachine;
  readonly verdict: Verdict;
  readonly users: readonly ClusterUser[];
  readonly hosts: ClusterProcess[] = [];
  readonly sessions: Map<string, LiveSession> = new Map();
  readonly events: Map<number, EventTruth> = new Map();
  readonly counts: Record<string, number> = {};
  readonly witness: StoreWitness;
  /** Hears what nodes tell. */
  readonly hear: StageDuties['hear'];
  readonly note: (line: () => string) => void;
  /** Nobody begins anything, and nothing fails. */
  isQuiet = false;
  /** Nobody comes back. */
  isEnding = false;
  /** Since when nothing is wrong; Infinity while something may be. */
  calmSince: number = Infinity;
  /** The act that is done now puts rows back whether there is room or not, or gives one the place of another. */
  isExcused = false;
  placedCount = 0;
  hostCount = 0;
  clientCount = 0;
  eventCount = 0;

  constructor(
    seed: number,
    about: {
      readonly kinds: readonly ClusterFaultKind[];
      readonly note: (line: () => string) => void;
      readonly duties: (stage: ClusterStage) => StageDuties;
    },
  ) {
    this.random = new SeededRandom(seed);
    this.scenario = drawClusterScenario(this.random, about.kinds);
    this.world = new ClusterWorld(this.random, 1_000);
    const server = new MemoryStoreServer({
      nowMs: () => Math.floor(storeClockAt + this.world.now),
      random: () => this.random.next(),
    });
    this.machine = new StoreMachine(server);
    this.verdict = new Verdict(() => this.world.now - 1_000);
    this.note = (line) =>
      about.note(() => `${((this.world.now - 1_000) / 1_000).toFixed(3)} ${line()}`);
    this.users = this.scenario.userIds.map((id) => ({
      id,
      clients: [],
      records: new RecordTruth(),
      orderedAt: -Infinity,
      ended: [],
    }));
    const { witness, hear, around } = about.duties(this);
    this.witness = witness;
    this.hear = hear;
    this.machine.around = around;
  }

  /** What the store keeps, to be looked at. */
  get data(): StoreData {
    return this.machine.server.do((turn) => turn.data);
  }

  get storeNowMs(): number {
    return Math.floor(storeClockAt + this.world.now);
  }

  userOf(id: string): ClusterUser {
    const user = this.users.find((one) => one.id === id);
    if (user === undefined) throw new Error(`There is no user ${id} in this run.`);
    return user;
  }

  tally(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

/** Hosts that take newcomers, or seem to. */
export function openHosts({ hosts }: ClusterStage): readonly ClusterProcess[] {
  return hosts.filter(({ state }) => state === 'up');
}

export function drawHost(stage: ClusterStage): ClusterProcess | undefined {
  return stage.random.pick(openHosts(stage));
}
