import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, it, vi } from 'vitest';
import { type Direction, LossyLink, type LossySession } from './faults-lossy-link.ts';
import { KernelWitness, witnessErrorMs } from './faults-lossy-link-witness.ts';
import { RunningGateway } from './running-gateway.ts';

const loss = 0.2;
/**
 * The gateway has its default settings, so it pings a client that it has not heard for 20 to 25 s (a beat of 50 ms early at
 * most), and ends it 10 s later. Whoever is ended must have been silent for as long as both, by the kernel's own account.
 */
const silenceMs = 20_000 - 50 + 10_000 - witnessErrorMs;

let gateway: RunningGateway | null = null;
let witness: KernelWitness | null = null;
const links: LossyLink[] = [];

afterEach(async () => {
  witness?.stop();
  for (const link of links.splice(0)) link.close();
  await gateway?.stop();
});

/** An end of a session, as the gateway has logged it. */
interface Ended {
  readonly session: string;
  readonly cause: string;
  /** For how long the kernel had had nothing of the client by then; Infinity if it never had its first frame either. */
  readonly silentMs: number;
}

interface Outcome {
  /** How many events each user had. */
  readonly events: number;
  readonly sessions: readonly LossySession[];
  readonly ended: readonly Ended[];
}

/** Opens sessions of one user behind each link, and resolves once all have had their first frame. */
async function openBehind(
  directions: readonly Direction[],
  count: number,
): Promise<RunningGateway> {
  const running = await RunningGateway.start(['--host', '0.0.0.0']);
  gateway = running;
  witness = new KernelWitness(running.port);
  for (const [user, direction] of directions.entries()) {
    const link = new LossyLink(user, direction);
    links.push(link);
    link.setUp(loss);
    const where = running.pathFor(`user${user}`, { maxSessions: 2 * count });
    link.open(`ws://${link.address}:${running.port}${where}`, count);
  }
  await vi.waitUntil(() => links.every(({ sessions }) => sessions.size === count), 120_000);
  return running;
}

/** Publishes ten events a second to each user, and returns how many each had. */
async function publishFor(running: RunningGateway, minutes: number): Promise<number> {
  const endsAt = performance.now() + minutes * 60_000;
  let events = 0;
  for (; performance.now() < endsAt; events += 1) {
    for (const user of links.keys()) {
      const { status } = await running.ask('POST', `/api/v1/users/user${user}/events`, {
        event: 'tick',
      });
      expect(status).toBe(202);
    }
    await delay(95);
  }
  return events;
}

function sessionsOf(): LossySession[] {
  return links.flatMap(({ sessions }) => [...sessions.values()]);
}

function endsOf(running: RunningGateway): Ended[] {
  const ports = new Map(sessionsOf().map(({ session, port }) => [session, port]));
  return running.logs.flatMap(({ event, session, cause, time }) => {
    if (event !== 'closed') return [];
    const port = ports.get(String(session));
    const at = Date.parse(String(time));
    const silentMs = port === undefined ? Infinity : (witness?.silenceBefore(at, port) ?? NaN);
    return [{ session: String(session), cause: String(cause), silentMs }];
  });
}

/** Publishes, and resolves once every session has all or has ended. */
async function settle(running: RunningGateway, minutes: number): Promise<Outcome> {
  const events = await publishFor(running, minutes);
  const isDone = (): boolean => {
    const ended = new Set(endsOf(running).map(({ session }) => session));
    return sessionsOf().every((told) => told.events === events || ended.has(told.session));
  };
  await vi.waitUntil(isDone, { timeout: 120_000, interval: 250 });
  witness?.look();
  return { events, sessions: sessionsOf(), ended: endsOf(running) };
}

/** Holds whatever the link does: nobody is ended who was heard, nobody misses an event or has one twice. */
function expectNoneWronged({ events, sessions, ended }: Outcome): void {
  expect(
    ended.filter(({ cause, silentMs }) => cause !== 'no-pong' || !(silentMs >= silenceMs)),
  ).toEqual([]);
  expect(sessions.flatMap(({ strays }) => strays)).toEqual([]);
  const gone = new Set(ended.map(({ session }) => session));
  const kept = sessions.filter(({ session }) => !gone.has(session));
  expect(kept.filter((told) => told.events !== events || told.closed !== null)).toEqual([]);
}

/*
 * A ping is unanswered for ten seconds only where TCP itself brings nothing across for that long: after each loss it waits
 * twice as long as before, and one lost acknowledgement makes its first wait as long as the pause in the traffic was.
 * Measured with bare TCP (250 connections over such a link, ten messages a second, a ping 20 to 25 s after the last answer;
 * Linux 6.18), more than ten seconds took
 *
 *   a fifth lost to the client          3 of 4,838 pings
 *   a fifth lost to the server          0 of 4,857
 *   a fifth lost in both directions     160 of 1,366, which were of half of the connections within 165 s
 *
 * So in one direction every session is kept, but for one in one run of twenty (160 pings) and for two in one run of 800.
 * In both directions no timeout of seconds keeps all; what holds is that none is ended who was heard.
 */

it('C4 a fifth of all packets lost to the clients of one user and from those of another, for ten minutes: no session ends that the kernel has heard, at most one of six ends at all, and those kept get every event, once and in order', async () => {
  const running = await openBehind(['to the client', 'to the server'], 3);
  const outcome = await settle(running, 10);
  for (const { share } of links) expect(share).toBeCloseTo(loss, 1);
  expectNoneWronged(outcome);
  expect(outcome.ended.length).toBeLessThanOrEqual(1);
});

it('C4 I2 a fifth of all packets lost in both directions, which is more than TCP carries: a session ends only after the kernel has had nothing of its client for ping interval and ping timeout, and no event is lost or doubled', async () => {
  const running = await openBehind(['in both directions'], 60);
  const outcome = await settle(running, 2.5);
  for (const { share } of links) expect(share).toBeCloseTo(loss, 1);
  expectNoneWronged(outcome);
  // Without an end, the kernel was not asked. TCP is to blame for half of the sessions; five sixths are five deviations off.
  expect(outcome.ended.length).toBeGreaterThan(0);
  expect(outcome.ended.length).toBeLessThan((outcome.sessions.length * 5) / 6);
});
