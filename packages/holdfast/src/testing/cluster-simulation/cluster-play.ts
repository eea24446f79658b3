import { passTime, type SimulatedTime, Steps } from '../simulated-run.ts';
import type { Verdict } from '../simulation/verdict.ts';
import { clusterFaults } from './cluster-fault-acts.ts';
import type { ClusterStage } from './cluster-stage.ts';
import { peopleActs } from './people-acts.ts';

/** Acts a node may send within a second while it takes the store for away: its heartbeat, and what it asks anew after it. */
const mostWhileAway = 8;

/** One run: time passes, people do things, things fail, and everything is looked at. */
export class ClusterPlay implements SimulatedTime {
  readonly #stage: ClusterStage;
  readonly #steps: Steps;

  constructor(stage: ClusterStage) {
    this.#stage = stage;
    this.#steps = new Steps(stage.verdict);
    this.#actOn();
    this.#failOn();
    this.#lookOn();
  }

  get verdict(): Verdict {
    return this.#stage.verdict;
  }

  /** Callbacks of all loops that have run. */
  get steps(): number {
    return this.#steps.count;
  }

  get now(): number {
    return this.#stage.world.now;
  }

  get nextAt(): number {
    return this.#stage.world.nextAt;
  }

  /** Lets time pass, or stops at the first violation. */
  pass(ms: number): Promise<void> {
    return passTime(this, ms);
  }

  runNext(): boolean {
    const loop = this.#stage.world.runNext();
    if (loop === null) return false;
    this.#steps.run(this.now, () => loop.clock.step());
    return true;
  }

  /** Every promise that waits for what has happened goes on, and those that wait for these. */
  settle(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(resolve);
    });
  }

  /** What happens is judged as it is heard of, read, or done by the store; the rest while all is quiet. */
  look(): void {}

  restUntil(instant: number): void {
    this.#stage.world.restUntil(instant);
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
