import type { FaultProxy } from 'holdfast/testing';
import { demand } from '../finding.ts';
import type { ProofClient, ReceivedEvent } from '../dialer.ts';
import { demandCount } from './counts.ts';
import { demandPrompt } from './newcomers.ts';
import type { Scenario } from './scenario.ts';
import type { Stage } from './stage.ts';
import { demandNumbers, hasNumber, judgeNumbers, numbersFrom, publishNumbers } from './streams.ts';
import { demandAlive } from './survivors.ts';

const streamed = 150;

type Cut = (proxy: FaultProxy, client: ProofClient) => void;

/** What ends a connection, and after how many events in all. */
const cuts: readonly { readonly at: number; readonly what: string; readonly cut: Cut }[] = [
  { at: 20, what: 'RST', cut: (proxy) => proxy.reset() },
  { at: 50, what: 'FIN', cut: (proxy) => proxy.cut() },
  {
    at: 80,
    what: 'half-open, and the client gives up',
    cut: (proxy, client) => {
      proxy.halfOpen();
      client.drop();
    },
  },
  { at: 110, what: 'RST', cut: (proxy) => proxy.reset() },
];

const midStream: Scenario = {
  name: 'resume/cut-in-the-middle-of-a-stream',
  category: 'resume',
  claim: 'A client cut four times in a stream gets every event once and in order.',
  covers: ['I4', 'FM-75', 'FM-78', 'D10'],
  async run(stage) {
    const user = stage.user('reader');
    const proxy = await stage.startProxy();
    const [stream] = await Promise.all([
      readThroughCuts(stage, user, proxy),
      publishNumbers(stage, user, { count: streamed }),
    ]);
    const after = `${cuts.length} cuts`;
    judgeNumbers(stage, stream.received, { ...stream, numbers: numbersFrom(0, streamed), after });
  },
};

/** What one client received over all its connections, and whether it was told of a gap. */
interface CutStream {
  readonly received: readonly ReceivedEvent[];
  readonly isGapTold: boolean;
}

async function readThroughCuts(stage: Stage, user: string, proxy: FaultProxy): Promise<CutStream> {
  const throughPort = proxy.port;
  const received: ReceivedEvent[] = [];
  let client = await stage.mustConnect({ user, throughPort });
  let isGapTold = false;
  for (const { at, what, cut } of cuts) {
    const before = received.length;
    await client.until(() => before + client.received.length >= at, 10_000);
    cut(proxy, client);
    stage.fault(what);
    await client.until(() => client.end !== null, 5_000);
    received.push(...client.received);
    client = await stage.mustConnect({ user, throughPort, resume: client.position });
    isGapTold ||= client.gaps.length > 0;
  }
  await client.until(() => hasNumber(client, streamed - 1), 15_000);
  return { received: [...received, ...client.received], isGapTold };
}

const supersedes: Scenario = {
  name: 'resume/a-half-open-session-is-superseded',
  category: 'resume',
  claim:
    'A client that returns takes over its half-open session at once, at the limit too, and misses nothing.',
  covers: ['I3', 'I4', 'I7', 'FM-57'],
  async run(stage) {
    await demandPrompt(
      async (round) => {
        const user = stage.user(`returning-${round}`);
        const siblings = await stage.mustFill(user, stage.settings.limit - 1);
        const proxy = await stage.startProxy();
        const old = await stage.mustConnect({ user, throughPort: proxy.port });
        await publishNumbers(stage, user, { count: 2 });
        await demandNumbers(stage, old, { numbers: [0, 1], after: 'connecting' });
        proxy.halfOpen();
        stage.fault('the connection is half-open');
        await publishNumbers(stage, user, { first: 2, count: 3 });
        const usualStartedAt = performance.now();
        await stage.mustConnect({ user: stage.user(`bystander-${round}`) });
        const usualMs = performance.now() - usualStartedAt;
        const startedAt = performance.now();
        const client = await stage.mustConnect({ user, resume: old.position });
        const tookMs = performance.now() - startedAt;
        stage.sample('take-over', tookMs);
        await demandNumbers(stage, client, { numbers: [2, 3, 4], after: 'coming back' });
        demandAlive(stage, siblings, 'A live session was ended for one that came back.');
        await leaveLate(stage, { user, proxy, client });
        return { entries: [{ user, tookMs, client, firstRefusal: null }], usualMs };
      },
      {
        withinMs: 500,
        what: 'its session back',
        cause: 'A client that returns waits for its own old session.',
      },
    );
  },
};

/** The old connection ends only now: that is nobody's end but its own. */
async function leaveLate(
  stage: Stage,
  { user, proxy, client }: { user: string; proxy: FaultProxy; client: ProofClient },
): Promise<void> {
  const { limit } = stage.settings;
  proxy.reset();
  stage.fault('the old connection is reset');
  await stage.pause(200);
  const cause = 'The late close of an old connection ended its successor.';
  demandAlive(stage, [client], cause);
  await demandCount(stage, user, { count: limit, withinMs: 1_000, cause });
  await publishNumbers(stage, user, { first: 5, count: 1 });
  await demandNumbers(stage, client, { numbers: [2, 3, 4, 5], after: 'the late close' });
}

const withoutTicket: Scenario = {
  name: 'resume/a-position-needs-no-ticket',
  category: 'resume',
  claim: 'A new session that brings a position reads on from there.',
  covers: ['I4'],
  async run(stage) {
    const user = stage.user('elsewhere');
    const first = await stage.mustConnect({ user });
    await publishNumbers(stage, user, { count: 3 });
    await demandNumbers(stage, first, { numbers: [0, 1, 2], after: 'connecting' });
    first.drop();
    await publishNumbers(stage, user, { first: 3, count: 4 });
    const { epoch, offset } = first.position;
    const second = await stage.mustConnect({ user, resume: { epoch, offset } });
    await demandNumbers(stage, second, {
      numbers: [3, 4, 5, 6],
      after: 'coming with a position only',
    });
  },
};

const absent: Scenario = {
  name: 'resume/queued-for-an-absent-user',
  category: 'resume',
  claim: 'What was published while a user was away arrives when it comes, once.',
  covers: ['I4', 'FM-75', 'FM-76'],
  async run(stage) {
    const user = stage.user('absent');
    await publishNumbers(stage, user, { count: 5 });
    const first = await stage.mustConnect({ user });
    await demandNumbers(stage, first, { numbers: numbersFrom(0, 5), after: 'being away' });
    await first.close();
    const second = await stage.mustConnect({ user });
    await publishNumbers(stage, user, { first: 5, count: 1 });
    await second.until(() => hasNumber(second, 5), 5_000);
    const again = second.received.filter(({ data }) => data !== 5).length;
    demand(again === 0, {
      expected: 'events that were delivered not to come again',
      got: `${again} of them in another session`,
      cause: 'Events were delivered twice.',
    });
    await demandNumbers(stage, second, { numbers: [5], after: 'what was queued was delivered' });
  },
};

/** Clients that come back. */
export const resume: readonly Scenario[] = [midStream, supersedes, withoutTicket, absent];
