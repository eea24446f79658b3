import { type Haunted, haunt, type HauntPlan, someUpTo } from './ghosts.ts';
import { demandEntry, demandPrompt, type Knock, knockTogether } from './newcomers.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandAlive } from './survivors.ts';

/** How long a newcomer may take that has to wait for proof: the probe timeout and a beat. */
const proofMs = 1_200;
/** How long one may take that need not wait. */
const promptMs = 100;
/** Longer than a ping loop of 30 s takes to find out, so that the report says how long a user is locked out. */
const longPatienceMs = 75_000;
const shortPatienceMs = 3_000;
/** A ping of users at their limit goes out every 5 s, and is late a second after it. */
const untilLateMs = 7_000;

const slowCause = 'A user waits for sessions of its own that are dead.';
const evictedCause = 'A live session was ended to make room for a newcomer.';

const frozen: Scenario = {
  name: 'limits/frozen-sessions-yield',
  category: 'limits',
  claim: 'However many of a user’s sessions are frozen, a newcomer has its own within 1.2 s.',
  covers: ['I3', 'I2', 'FM-16', 'FM-42', 'A4'],
  withinMs: 240_000,
  async run(stage) {
    const { limit } = stage.settings;
    await demandPrompt(
      async (round) => {
        const plans = someUpTo(limit).map((ghosts) => ({
          user: stage.user(`frozen-${ghosts}-${round}`),
          ghosts,
          live: limit - ghosts,
        }));
        const { knock, haunted } = await freezeAndKnock(stage, plans, longPatienceMs);
        for (const [at, { tookMs }] of knock.entries.entries())
          stage.sample(`lock-out with ${plans[at]?.ghosts} of ${limit} frozen`, tookMs);
        demandEntry(knock, 'a newcomer over frozen sessions');
        demandAlive(stage, haunted.live, evictedCause);
        return knock;
      },
      { withinMs: proofMs, what: 'a session over frozen ones', cause: slowCause },
    );
  },
};

const late: Scenario = {
  name: 'limits/late-sessions-yield-at-once',
  category: 'limits',
  claim: 'Sessions that already owe an answer yield to a newcomer within 100 ms.',
  covers: ['I3', 'FM-53', 'I9'],
  async run(stage) {
    const { limit } = stage.settings;
    await demandPrompt(
      async (round) => {
        const plans = ['ann', 'bob', 'cleo'].map((name) => ({
          user: stage.user(`${name}-${round}`),
          ghosts: limit,
          live: 0,
        }));
        const { process } = await haunt(stage, plans);
        process.freeze();
        stage.fault(`${3 * limit} clients frozen`);
        await stage.pause(untilLateMs);
        const knock = await knockOneByOne(stage, plans);
        demandEntry(knock, 'a newcomer over late sessions');
        return knock;
      },
      { withinMs: promptMs, what: 'a session over late ones', cause: slowCause },
    );
  },
};

const halfOpen: Scenario = {
  name: 'limits/half-open-sessions-yield',
  category: 'limits',
  claim: 'Sessions behind a router that has forgotten them yield within 1.2 s, without FIN or RST.',
  covers: ['I3', 'FM-42'],
  async run(stage) {
    const { limit } = stage.settings;
    await demandPrompt(
      async (round) => {
        const proxy = await stage.startProxy();
        const plan = { user: stage.user(`half-open-${round}`), throughPort: proxy.port };
        await haunt(stage, [{ ...plan, ghosts: limit, live: 0 }]);
        proxy.halfOpen();
        stage.fault(`${limit} connections half-open`);
        const knock = await knockTogether(stage, [plan.user], shortPatienceMs);
        demandEntry(knock, 'a newcomer over half-open sessions');
        return knock;
      },
      { withinMs: proofMs, what: 'a session over half-open ones', cause: slowCause },
    );
  },
};

const allReturn: Scenario = {
  name: 'limits/as-many-as-the-limit-return-at-once',
  category: 'limits',
  claim: 'All clients of a user come back at once over as many ghosts, and all of them get in.',
  covers: ['I3', 'I1', 'FM-20', 'FM-59'],
  async run(stage) {
    const { limit } = stage.settings;
    await demandPrompt(
      async (round) => {
        const user = stage.user(`returning-${round}`);
        await freeze(stage, [{ user, ghosts: limit, live: 0 }]);
        const users = Array.from({ length: limit }, () => user);
        const knock = await knockTogether(stage, users, shortPatienceMs);
        demandEntry(knock, `each of ${limit} that return at once`);
        return knock;
      },
      { withinMs: proofMs, what: `${limit} sessions over ${limit} frozen ones`, cause: slowCause },
    );
  },
};

const manyUsers: Scenario = {
  name: 'limits/many-users-return-over-ghosts',
  category: 'limits',
  claim: 'Forty users whose sessions are all frozen come back at once: nobody is refused.',
  covers: ['I3', 'FM-50', 'FM-59'],
  async run(stage) {
    const { limit } = stage.settings;
    const plans = Array.from({ length: 40 }, (_, at) => ({
      user: stage.user(`crowd-${at}`),
      ghosts: limit,
      live: 0,
    }));
    const { knock } = await freezeAndKnock(stage, plans, shortPatienceMs);
    demandEntry(knock, 'a newcomer of each of forty users');
  },
};

async function freeze(stage: Stage, plans: readonly HauntPlan[]): Promise<Haunted> {
  const haunted = await haunt(stage, plans);
  haunted.process.freeze();
  const ghosts = plans.reduce((sum, plan) => sum + plan.ghosts, 0);
  stage.fault(`${ghosts} clients frozen`);
  return haunted;
}

async function freezeAndKnock(
  stage: Stage,
  plans: readonly HauntPlan[],
  patienceMs: number,
): Promise<{ readonly knock: Knock; readonly haunted: Haunted }> {
  const haunted = await freeze(stage, plans);
  const users = plans.map(({ user }) => user);
  return { haunted, knock: await knockTogether(stage, users, patienceMs) };
}

/** One after another, so that no newcomer waits for another one's work. The one in the middle counts, or one refused. */
async function knockOneByOne(stage: Stage, plans: readonly HauntPlan[]): Promise<Knock> {
  const knocks: Knock[] = [];
  for (const { user } of plans) knocks.push(await knockTogether(stage, [user], shortPatienceMs));
  const refused = knocks.find(({ entries }) => entries[0]?.firstRefusal !== null);
  const sorted = knocks.toSorted((one, other) => beyond(one) - beyond(other));
  const middle = sorted[Math.floor(sorted.length / 2)];
  return refused ?? middle ?? { entries: [], usualMs: 0 };
}

function beyond({ entries, usualMs }: Knock): number {
  return (entries[0]?.tookMs ?? 0) - usualMs;
}

/** Nobody is locked out by their own dead sessions. */
export const lockOut: readonly Scenario[] = [frozen, late, halfOpen, allReturn, manyUsers];
