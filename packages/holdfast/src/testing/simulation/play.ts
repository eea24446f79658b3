import { passTime, type SimulatedTime, Steps } from '../simulated-run.ts';
import { type Act, drawAct } from './act.ts';
import { checkSecond, checkStep } from './check-step.ts';
import { clientActs } from './client-acts.ts';
import { faultActs } from './fault-acts.ts';
import { operatorActs } from './operator-acts.ts';
import type { Stage } from './stage.ts';
import { watchTokens } from './token-acts.ts';
import type { Verdict } from './verdict.ts';

/** How many turns of the microtask queue any promise of the layer takes at most. */
const microtasks = 6;
const monitorEveryMs = 2_000;

/** One run of a scenario on a stage: time passes, things happen, and after each callback of the loop everything is checked. */
export class Play implements SimulatedTime {
  readonly #stage: Stage;
  readonly #acts: readonly Act[];
  readonly #steps: Steps;
  #isQuiet = false;
  #secondAt = 0;
  /** There were promises before the last callback. */
  #hadPromises = false;

  constructor(stage: Stage) {
    this.#stage = stage;
    this.#steps = new Steps(stage.verdict);
    const faults = [...stage.faults].map((kind) => faultActs[kind]);
    this.#acts = [...clientActs, ...operatorActs, ...faults];
    this.#monitor();
    watchTokens(stage);
    this.#actOn();
  }

  /** Nobody begins anything and nothing fails any more, or all of it again. */
  set isQuiet(isQuiet: boolean) {
    this.#isQuiet = isQuiet;
    this.#stage.isQuiet = isQuiet;
  }

  get verdict(): Verdict {
    return this.#stage.verdict;
  }

  /** Callbacks of the loop that have run. */
  get steps(): number {
    return this.#steps.count;
  }

  get now(): number {
    return this.#stage.clock.nowMs();
  }

  get nextAt(): number {
    const { world, clock } = this.#stage;
    return Math.min(world.nextAt, clock.nextAt);
  }

  /** Lets time pass, or stops at the first violation. */
  pass(ms: number): Promise<void> {
    return passTime(this, ms);
  }

  runNext(): boolean {
    const { world, clock } = this.#stage;
    if (world.nextAt <= Math.max(clock.nextAt, this.now)) {
      this.#moveTo(world.nextAt);
      world.runNext();
      return false;
    }
    this.#moveTo(clock.nextAt);
    world.catchUp();
    this.#hadPromises = this.#stage.promises > 0;
    this.#steps.run(this.now, () => clock.step());
    return true;
  }

  settle(): Promise<void> | null {
    return this.#hadPromises || this.#stage.promises > 0 ? settleMicrotasks() : null;
  }

  look(): void {
    checkStep(this.#stage);
    const now = this.#stage.clock.nowMs();
    if (now < this.#secondAt) return;
    this.#secondAt = now + 1_000;
    checkSecond(this.#stage);
  }

  restUntil(instant: number): void {
    this.#moveTo(instant);
    this.#stage.world.catchUp();
  }

  #moveTo(instant: number): void {
    const { clock } = this.#stage;
    if (instant > clock.nowMs()) clock.stall(instant - clock.nowMs());
  }

  /** Somebody who asks for health every other second, as every deployment has. */
  #monitor(): void {
    const { world, layer } = this.#stage;
    world.ask(() => layer.health());
    world.in(monitorEveryMs, () => this.#monitor());
  }

  #actOn(): void {
    const { world, random, scenario } = this.#stage;
    const isPause = random.chance(0.002);
    world.in(isPause ? random.between(10_000, 90_000) : random.waitMs(scenario.paceMs), () => {
      if (!this.#isQuiet) drawAct(random, this.#acts)?.run(this.#stage);
      this.#actOn();
    });
  }
}

async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < microtasks; turn += 1) await Promise.resolve();
}
