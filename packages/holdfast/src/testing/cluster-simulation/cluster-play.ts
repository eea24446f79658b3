import { clusterFaults } from './cluster-fault-acts.ts';
import type { ClusterStage } from './cluster-stage.ts';
import type { Loop, Watch } from './cluster-world.ts';
import { peopleActs } from './people-acts.ts';

/** Acts a node may send within a second while it takes the store for away: its heartbeat, and what it asks anew after it. */
const mostWhileAway = 8;

/** One run: time passes, people do things, things fail, and everything is looked at. */
export class ClusterPlay implements Watch {
  readonly #stage: ClusterStage;

  constructor(stage: ClusterStage) {
    this.#stage = stage;
    this.#actOn();
    this.#failOn();
    this.#lookOn();
  }

  get isOver(): boolean {
    return this.#stage.verdict.violation !== null;
  }

  pass(ms: number): Promise<void> {
    return this.#stage.world.pass(ms, this);
  }

  stepped(): void {}

  threw(_loop: Loop, error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.#stage.verdict.expect(false, 'I6', () => `a callback of a loop threw: ${text}`);
  }

  #actOn(): void {
    const stage = this.#stage;
    const { world, random, scenario } = stage;
    world.in(random.waitMs(scenario.paceMs), () => {
      if (!stage.isQuiet) draw(stage);
      this.#actOn();
    });
  }

  #failOn(): void {
    const stage = this.#stage;
    const { world, random, scenario } = stage;
    world.in(random.waitMs(scenario.faultPaceMs), () => {
      const kind = stage.isQuiet ? undefined : random.pick(scenario.faults);
      if (kind !== undefined) {
        stage.tally(`fault: ${kind}`);
        stage.note(() => `fault: ${kind}`);
        clusterFaults[kind](stage);
      }
      this.#failOn();
    });
  }

  /** I6, I12: while the store is away that is told, and nobody but the heartbeat asks it. */
  #lookOn(): void {
    const { world, hosts, verdict } = this.#stage;
    const away = hosts.filter(
      ({ node, isRunning, thawedAt }) =>
        isRunning && node?.isStoreAway === true && thawedAt < world.now,
    );
    const before = away.map(({ link, backs }) => ({ asked: link.asked, backs }));
    for (const { name, node } of away) {
      const faults = node?.layer.health().faults ?? [];
      verdict.expect(
        faults.some(({ where }) => where === 'store'),
        'I6',
        () => `${name} takes the store for away and does not say so`,
      );
    }
    world.in(1_000, () => {
      for (const [place, { name, node, link, isRunning, backs }] of away.entries()) {
        const then = before[place];
        if (!isRunning || node?.isStoreAway !== true || then?.backs !== backs) continue;
        const asked = link.asked - then.asked;
        verdict.expect(
          asked <= mostWhileAway,
          'I12',
          () => `${name} has asked ${asked} times of a store it takes for away`,
        );
      }
      this.#lookOn();
    });
  }
}

function draw(stage: ClusterStage): void {
  const total = peopleActs.reduce((sum, { weight }) => sum + weight, 0);
  let left = stage.random.next() * total;
  for (const { weight, run } of peopleActs) {
    left -= weight;
    if (left >= 0) continue;
    run(stage);
    return;
  }
}
