import { ClusterNode } from '../../cluster/cluster-node.ts';
import type { SessionEvent } from '../../sessions/session-event.ts';
import { ManualClock } from '../manual-clock.ts';
import type { ClusterProcess, ProcessState } from './cluster-process.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { StoreLink } from './store-link.ts';
import { WatchedStore } from './watched-store.ts';
import type { Wire } from './wire.ts';

/** The wall clock of a process begins here; the store's is somewhere else. */
const wallClockAt = 90_000_000_000;
const restartMs = 1_000;
/** Who stands still for so long may have lost its lease, which was renewed up to a second before. */
const lapseMs = 4_000;

/** One process of the cluster, on a machine of its own. */
export class ClusterHost implements ClusterProcess {
  readonly name: string;
  readonly clock: ManualClock;
  readonly #stage: ClusterStage;
  link: StoreLink;
  node: ClusterNode | null = null;
  state: ProcessState = 'starting';
  isFrozen: boolean = false;
  /** Connections it has not seen the end of. */
  readonly wires: Set<Wire> = new Set();
  /** Its rows may have been nobody's since then. */
  rowsLostAt: number = -Infinity;
  /** How often the store was back after it was taken for away. */
  backs = 0;
  thawedAt: number = -Infinity;
  #frozenAt = 0;

  constructor(stage: ClusterStage, name: string) {
    this.#stage = stage;
    this.name = name;
    this.clock = new ManualClock(stage.world.now);
    this.clock.moveWallClock(wallClockAt + stage.random.between(-600_000, 600_000));
    this.link = this.#linkAnew();
    stage.world.add(this);
    this.do(() => this.#start());
  }

  get isRunning(): boolean {
    return !this.isFrozen && this.state !== 'gone';
  }

  /** Takes newcomers, or will as soon as it runs again. */
  get isOpen(): boolean {
    return this.state === 'up' || this.state === 'draining';
  }

  /** Has the process do something when it next reads from its sockets. */
  do(run: () => void): void {
    if (this.state !== 'gone') this.clock.inPoll(0, run);
  }

  /** The same with its node, if there is one then. */
  ask(run: (node: ClusterNode) => void): void {
    this.do(() => {
      if (this.node !== null) run(this.node);
    });
  }

  freeze(): void {
    if (this.isFrozen) return;
    this.isFrozen = true;
    this.#frozenAt = this.#stage.world.now;
  }

  thaw(): void {
    if (!this.isFrozen) return;
    this.isFrozen = false;
    this.thawedAt = this.#stage.world.now;
    // What it has sent before may still be answered by what was true before it joins anew.
    if (this.thawedAt - this.#frozenAt >= lapseMs) this.rowsLostAt = this.thawedAt;
  }

  /** The process ends without a word; its machine closes its sockets, unless it is gone too. */
  kill(isHalfOpen: boolean): void {
    this.state = 'gone';
    this.#stage.world.remove(this);
    this.link.close();
    for (const wire of this.wires) {
      if (isHalfOpen) wire.hold();
      else wire.reset();
    }
    this.wires.clear();
  }

  /** The process has ended in order. */
  end(): void {
    if (this.state === 'gone') return;
    this.kill(false);
  }

  #start(): void {
    const stage = this.#stage;
    const store = new WatchedStore(stage.machine.server, this.link, stage.witness);
    ClusterNode.start(stage.scenario.options, {
      store,
      clock: this.clock,
      random: () => stage.random.next(),
      node: this.name,
      onStoreFailure: stage.scenario.onStoreFailure,
      listeners: [(event) => this.#hear(event)],
    }).then(
      (node) => {
        this.node = node;
        this.state = 'up';
        stage.note(() => `${this.name} is up`);
      },
      () => {
        this.link.close();
        stage.world.in(restartMs, () => {
          this.link = this.#linkAnew();
          this.do(() => this.#start());
        });
      },
    );
  }

  #hear(event: SessionEvent): void {
    this.#stage.hear(this, event);
  }

  #linkAnew(): StoreLink {
    const { world, machine } = this.#stage;
    return new StoreLink({ world, clock: this.clock, machine });
  }
}
