import type { DialRequest, ProofClient } from '../dialer.ts';
import { demand } from '../finding.ts';
import { demandLimitRefusal } from './limit-refusal.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';

const steps = 40;
const settlesWithinMs = 1_500;

const recount: Scenario = {
  name: 'limits/manager-counts-equal-a-recount',
  category: 'limits',
  claim:
    'Whatever ends a manager (close, broken connection, refusal, order, a client that comes back), the count equals what is there, in the list and in the totals, and admission goes by it.',
  covers: ['I1', 'FM-15', 'FM-65', 'seed: test_manager_count_tracking_accuracy'],
  async run(stage) {
    const { desk, host } = stage.deployment;
    const { limit } = stage.settings;
    const user = stage.user('ann');
    // Of a target that others use, the totals are nobody's to know.
    const others = host === null ? null : await activeOf(stage);
    const living: ProofClient[] = [];
    for (let step = 1; step <= steps; step += 1) {
      const act = stage.random.oneOf(acts);
      const done = await act({ stage, user, living });
      await demandCount(stage, user, { expected: living.length, done });
      if (others !== null) await demandTotal(stage, others + living.length, done);
    }
    while (living.length < limit) living.push(await admit(stage, { user }));
    await refuse(stage, user);
    await desk.close(user);
    living.length = 0;
    await demandCount(stage, user, { expected: 0, done: 'all were closed by order' });
    await stage.mustFill(user, limit);
  },
};

const drifted =
  'The count is kept beside what it counts and has drifted: users are refused with slots free, or get more than allowed.';

async function admit(stage: Stage, request: DialRequest): Promise<ProofClient> {
  const arrival = await stage.connect(request);
  demand(arrival.isOpen, {
    expected: 'a newcomer to be let in while slots are free',
    got: arrival.isOpen ? '' : `${arrival.end.code} ${arrival.end.reason}`,
    cause: drifted,
  });
  return arrival.client;
}

async function refuse(stage: Stage, user: string): Promise<void> {
  const { limit } = stage.settings;
  const arrival = await stage.connect({ user });
  demand(!arrival.isOpen, {
    expected: `a newcomer over ${limit} managers to be refused`,
    got: 'a session',
    cause: drifted,
  });
  demandLimitRefusal(arrival, limit);
}

interface Table {
  readonly stage: Stage;
  readonly user: string;
  /** Those that are open, changed by what is done. */
  readonly living: ProofClient[];
}

/** Does one thing that changes a count, and answers what it was. */
type Act = (table: Table) => Promise<string>;

const connect: Act = async ({ stage, user, living }) => {
  const { limit } = stage.settings;
  if (living.length < limit) {
    living.push(await admit(stage, { user }));
    return 'a connect';
  }
  await refuse(stage, user);
  return 'a refused connect';
};

const close: Act = async ({ living }) => {
  await living.shift()?.close();
  return 'a close';
};

const breakOff: Act = async ({ living }) => {
  living.pop()?.drop();
  return await Promise.resolve('a connection that broke off');
};

const comeBack: Act = async ({ stage, user, living }) => {
  const before = living.shift();
  if (before === undefined) return 'nothing';
  if (before.position.ticket === undefined) {
    await before.close();
    return 'a close';
  }
  living.push(await admit(stage, { user, resume: before.position }));
  return 'a client that came back while its old connection was open';
};

const orderAll: Act = async ({ stage, user, living }) => {
  await stage.deployment.desk.close(user);
  living.length = 0;
  return 'a close of all by order';
};

const acts: readonly [Act, ...Act[]] = [
  connect,
  connect,
  connect,
  connect,
  close,
  breakOff,
  comeBack,
  orderAll,
];

interface Expectation {
  readonly expected: number;
  readonly done: string;
}

async function demandCount(
  stage: Stage,
  user: string,
  { expected, done }: Expectation,
): Promise<void> {
  let seen = { count: -1, listed: -1 };
  const agrees = async (): Promise<boolean> => {
    const { count, sessions } = await stage.deployment.desk.countOf(user);
    seen = { count, listed: sessions.length };
    return count === expected && sessions.length === expected;
  };
  demand(await stage.eventually(agrees, settlesWithinMs), {
    expected: `${expected} managers, counted and listed, after ${done}`,
    got: `${seen.count} counted, ${seen.listed} listed`,
    cause: drifted,
  });
}

async function demandTotal(stage: Stage, expected: number, done: string): Promise<void> {
  const agrees = async (): Promise<boolean> => (await activeOf(stage)) === expected;
  demand(await stage.eventually(agrees, settlesWithinMs), {
    expected: `managers_active of ${expected} after ${done}`,
    got: `${await activeOf(stage)}`,
    cause: 'The totals are kept beside the registry and have drifted: dashboards and alerts lie.',
  });
}

async function activeOf(stage: Stage): Promise<number> {
  return Number((await stage.deployment.desk.stats())['managers_active']);
}

/** Whether what is counted is there. */
export const managerCounts: readonly Scenario[] = [recount];
