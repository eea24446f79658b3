import { type Act, drawAct } from './act.ts';
import { checkSecond, checkStep } from './check-step.ts';
import { clientActs } from './client-acts.ts';
import { faultActs } from './fault-acts.ts';
import { operatorActs } from './operator-acts.ts';
import type { Stage } from './stage.ts';
import { watchTokens } from './token-acts.ts';

/** How many turns of the microtask queue any promise of the layer takes at most. */
const microtasks = 6;
const monitorEveryMs = 2_000;
/** More callbacks than this at one instant mean that the layer keeps its loop busy with itself. */
const mostAtOnce = 100_000;

/** One run of a scenario on a stage: time passes, things happen, and after each callback of the loop everything is checked. */
export class Play {
  readonly #stage: Stage;
  readonly #acts: readonly Act[];
  #isQuiet = false;
  #secondAt = 0;
  #instant = 0;
  #stepsAtInstant = 0;
  steps = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
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

  /** Lets time pass, or stops at the first violation. */
  async pass(ms: number): Promise<void> {
    const { world, clock, verdict } = this.#stage;
    const until = clock.nowMs() + ms;
    while (verdict.violation === null) {
      const next = Math.min(world.nextAt, clock.nextAt);
      if (next > until && clock.nowMs() <= until) break;
      if (world.nextAt <= Math.max(next, clock.nowMs())) {
        this.#moveTo(world.nextAt);
        world.runNext();
      } else {
        this.#moveTo(next);
        world.catchUp();
        const hadPromises = this.#stage.promises > 0;
        this.#step();
        if (hadPromises || this.#stage.promises > 0) await settleMicrotasks();
        this.#check();
      }
      if (clock.nowMs() > until && Math.min(world.nextAt, clock.nextAt) > clock.nowMs()) break;
    }
    if (verdict.violation !== null) return;
    if (clock.nowMs() < until) clock.stall(until - clock.nowMs());
    world.catchUp();
  }

  #moveTo(instant: number): void {
    const { clock } = this.#stage;
    if (instant > clock.nowMs()) clock.stall(instant - clock.nowMs());
  }

  #step(): void {
    const { clock, verdict } = this.#stage;
    this.steps += 1;
    this.#stepsAtInstant = this.#instant === clock.nowMs() ? this.#stepsAtInstant + 1 : 0;
    this.#instant = clock.nowMs();
    verdict.expect(
      this.#stepsAtInstant < mostAtOnce,
      'I12',
      () => 'the loop does not come to rest',
    );
    try {
      clock.step();
    } catch (error) {
      const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
      verdict.expect(false, 'I6', () => `a callback of the loop threw: ${text}`);
    }
  }

  #check(): void {
    checkStep(this.#stage);
    const now = this.#stage.clock.nowMs();
    if (now < this.#secondAt) return;
    this.#secondAt = now + 1_000;
    checkSecond(this.#stage);
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
