import type { SessionEvent } from '../../sessions/session-event.ts';
import type { StoreData } from '../../stores/memory/store-data.ts';
import { MemoryStoreServer } from '../../stores/memory/memory-store-server.ts';
import { SeededRandom } from '../seeded-random.ts';
import { Verdict } from '../simulation/verdict.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { ClusterHost } from './cluster-host.ts';
import {
  type ClusterFaultKind,
  type ClusterScenario,
  drawClusterScenario,
} from './cluster-scenario.ts';
import { ClusterWorld } from './cluster-world.ts';
import { type EventTruth, RecordTruth } from './record-truth.ts';
import { hear } from './hear.ts';
import { watchReplaced } from './check-replaced.ts';
import { countingRows } from './check-rows.ts';
import { StoreMachine } from './store-machine.ts';
import type { StoreWitness } from './watched-store.ts';
import type { Wire } from './wire.ts';

/** The clock of the store when a run begins: 2026-10. */
const storeClockAt = 1_790_000_000_000;

/** What is known of a user. */
export interface ClusterUser {
  readonly id: string;
  readonly clients: ClusterClient[];
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
  readonly host: ClusterHost;
  readonly openedAt: number;
  /** What the store had lost by then. */
  readonly losses: number;
}

/** Everything one run consists of. */
export class ClusterStage {
  readonly random: SeededRandom;
  readonly scenario: ClusterScenario;
  readonly world: ClusterWorld;
  readonly machine: StoreMachine;
  readonly verdict: Verdict;
  readonly users: readonly ClusterUser[];
  readonly hosts: ClusterHost[] = [];
  readonly sessions: Map<string, LiveSession> = new Map();
  readonly events: Map<number, EventTruth> = new Map();
  readonly counts: Record<string, number> = {};
  readonly witness: StoreWitness;
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
    this.machine.around = countingRows(this);
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
    this.witness = witnessOf(this);
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

  hear(host: ClusterHost, event: SessionEvent): void {
    hear(this, host, event);
  }

  tally(what: string): void {
    this.counts[what] = (this.counts[what] ?? 0) + 1;
  }
}

/** Hosts that take newcomers, or seem to. */
export function openHosts({ hosts }: ClusterStage): readonly ClusterHost[] {
  return hosts.filter(({ state }) => state === 'up');
}

export function drawHost(stage: ClusterStage): ClusterHost | undefined {
  return stage.random.pick(openHosts(stage));
}

function holdersOf({ data }: ClusterStage, user: string): number[] {
  const rows = [...(data.users.get(user)?.rows.values() ?? [])];
  return rows.flatMap(({ session, node }) => (node === 0 ? [] : [session]));
}

function witnessOf(stage: ClusterStage): StoreWitness {
  return {
    appended: ({ user, entry }, { outcome, epoch, offset, sessions }) => {
      if (outcome !== 'appended') return;
      stage.placedCount += 1;
      const number = /"n":(\d+)/.exec(entry.body)?.[1];
      stage.note(() => `the store puts event ${number} of ${user} at ${offset}`);
      stage.userOf(user).records.place(epoch, offset, {
        number: number === undefined ? null : Number(number),
        onlyFor: entry.onlyFor,
        holders: sessions > 0 ? holdersOf(stage, user) : [],
        at: stage.world.now,
        order: stage.placedCount,
        isLost: false,
      });
    },
    exchanging: () => {
      stage.isExcused = true;
    },
    forcing: () => {
      stage.isExcused = true;
    },
    asked: (act, link) => watchReplaced(stage, act, link),
    noting: (line) => stage.note(line),
  };
}
