import type { TimerHandle } from '../../sessions/clock.ts';
import { SessionLayer } from '../../sessions/session-layer.ts';
import type { SessionOptions } from '../../core/options.ts';
import { ManualClock } from '../manual-clock.ts';
import { SeededRandom } from '../seeded-random.ts';
import { FaultTally } from './fault-tally.ts';
import { listen } from './listen.ts';
import { meddling } from './operator-acts.ts';
import { drawScenario, type FaultKind } from './scenario.ts';
import { simulatedHooks } from './simulated-hooks.ts';
import type { Memory } from './simulated-client.ts';
import { TokenDesk } from './simulated-tokens.ts';
import type { Stage } from './stage.ts';
import { hearTokens } from './token-acts.ts';
import { UserTruth } from './user-truth.ts';
import { Verdict } from './verdict.ts';
import { World } from './world.ts';

const startAt = 1_000;
/** No event frame is smaller. */
const smallestEventBytes = 60;

/** What a run is made from. */
export interface StageOptions {
  readonly seed: number;
  /** Which run of the process it is: the first, or one after it was killed. */
  readonly life: number;
  /** What clients of the life before remember. */
  readonly remembered: readonly Memory[];
  readonly settings: SessionOptions;
  readonly faults: readonly FaultKind[];
  readonly note: (line: () => string) => void;
}

/** Builds the layer under test and the world around it. */
export function setStage({ life, remembered, settings, faults, ...options }: StageOptions): Stage {
  const random = new SeededRandom(options.seed + life - 1);
  const scenario = drawScenario(random);
  const tally = new FaultTally();
  const clock = new CountingClock(startAt, tally);
  const hooks = scenario.hasHooks ? simulatedHooks(() => stage) : {};
  const drawn = { ...scenario.options, ...settings };
  const draw = (): number => random.next();
  const tokens = scenario.hasTokens ? new TokenDesk(() => clock.nowMs()) : null;
  const layer = new SessionLayer(drawn, {
    clock,
    hooks,
    isWelcome: (extra) => tokens === null || tokens.isWelcome(extra),
    node: `sim${life}`,
    random: draw,
  });
  const stage: Stage = {
    world: new World(clock, random),
    clock,
    random,
    layer,
    settings: layer.settings,
    scenario,
    faults: new Set(faults),
    verdict: new Verdict(() => clock.nowMs() - startAt),
    tally,
    tokens,
    users: scenario.userIds.map((id) => makeUser(id, { random, layer })),
    remembered,
    ...nothingYet(),
    note: (line) =>
      options.note(() => `${((clock.nowMs() - startAt) / 1000).toFixed(3)} ${line()}`),
  };
  layer.subscribe((event) => listen(stage, event));
  layer.subscribe((event) => hearTokens(stage, event));
  layer.subscribe(() => meddle(stage));
  return stage;
}

/** What is known before anything has happened. */
function nothingYet(): NothingYet {
  return {
    sessions: new Map(),
    ended: [],
    clientOf: new Map(),
    truthOf: new Map(),
    announced: new Map(),
    confirmed: new Set(),
    waits: new Set(),
    heardInStep: new Set(),
    overtaken: [],
    promises: 0,
    publishing: [],
    isDraining: false,
    drainedBy: Number.POSITIVE_INFINITY,
    isQuiet: false,
    isMeddlingOff: false,
    failing: { listener: false, hook: false },
  };
}

type NothingYet = Omit<
  Stage,
  | 'world'
  | 'clock'
  | 'random'
  | 'layer'
  | 'settings'
  | 'scenario'
  | 'faults'
  | 'verdict'
  | 'tally'
  | 'tokens'
  | 'users'
  | 'remembered'
  | 'note'
>;

/** Many more events of a user are remembered here than the layer keeps. */
function makeUser(id: string, { random, layer }: Pick<Stage, 'random' | 'layer'>): UserTruth {
  const { historyEvents, historyBytes } = layer.settings;
  const mostRemembered = 1_000 + 8 * Math.min(historyEvents, historyBytes / smallestEventBytes);
  return new UserTruth(id, random.chance(0.3), mostRemembered);
}

/** A listener of the application: throws, or does something else in the middle of things. */
function meddle(stage: Stage): void {
  const { failing, random, tally } = stage;
  if (random.chance(0.003) && !stage.isQuiet && !stage.isMeddlingOff)
    random.pick(meddling)?.(stage);
  if (!failing.listener || !random.chance(0.3)) return;
  tally.listener += 1;
  throw new Error('a listener threw, as asked');
}

/** Counts the timers that could not be set. */
class CountingClock extends ManualClock {
  readonly #tally: FaultTally;

  constructor(now: number, tally: FaultTally) {
    super(now);
    this.#tally = tally;
  }

  override after(ms: number, callback: () => void): TimerHandle {
    if (this.timerError !== null) this.#tally.timer += 1;
    return super.after(ms, callback);
  }
}
