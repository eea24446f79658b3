import { setTimeout as delay } from 'node:timers/promises';
import { ProductFollower } from './product-follower.ts';
import { RunningGateway } from './running-gateway.ts';

/** What came of a gateway that was killed under its clients. */
export interface RestartOutcome {
  /** From the kill until the last client was greeted by the gateway that was started in its place, milliseconds. */
  readonly backAfterMs: number;
  /** Clients that are not back by then. */
  readonly missing: number;
  /** What each was told of its position, with how many were told that. */
  readonly gaps: Readonly<Record<string, number>>;
  readonly sessions: number;
  /** Events published afterwards that came once to each client, out of this many clients. */
  readonly reached: number;
}

/** Everybody comes from one address here; an operator's clients do not. */
const flags = ['--handshake-rate', '100000/s'];

/** Opens clients, kills their gateway with SIGKILL, starts another one on its port, and waits for all to be back. */
export async function killAndRestart(clients: number, patienceMs: number): Promise<RestartOutcome> {
  let gateway = await RunningGateway.start(flags);
  const followers: ProductFollower[] = [];
  try {
    const url = `ws://127.0.0.1:${gateway.port}/ws`;
    for (let number = 0; number < clients; number += 1) {
      followers.push(new ProductFollower({ url, token: gateway.tokenFor(`user ${number}`) }));
      // Opening them is not what is measured here.
      if (number % 100 === 99)
        await until(() => countOf(followers, 1) === followers.length, 30_000);
    }
    const { port } = gateway;
    const killedAt = performance.now();
    gateway.child.kill('SIGKILL');
    await until(() => !gateway.isAlive, 5_000);
    gateway = await RunningGateway.start([...flags, '--port', String(port)]);
    await until(() => countOf(followers, 2) === clients, patienceMs);
    const backAfterMs = performance.now() - killedAt;
    const missing = clients - countOf(followers, 2);
    await gateway.ask('POST', '/api/v1/broadcast', { event: 'e', data: 1 });
    await until(() => followers.every(({ events }) => events.length > 0), 10_000);
    const gaps: Record<string, number> = {};
    for (const { reason } of followers.flatMap((follower) => follower.gaps))
      gaps[reason] = (gaps[reason] ?? 0) + 1;
    const { body } = await gateway.ask('GET', '/api/v1/stats');
    const sessions = Number(body['managers_active']);
    const reached = followers.filter(({ events }) => events.length === 1).length;
    return { backAfterMs, missing, gaps, sessions, reached };
  } finally {
    for (const follower of followers) follower.stop();
    await gateway.stop();
  }
}

/** How many were greeted at least so often. */
function countOf(followers: readonly ProductFollower[], greetings: number): number {
  return followers.filter((follower) => follower.greetings >= greetings).length;
}

/** Waits until this holds, or for so long: who asks looks again. */
async function until(isSo: () => boolean, ms: number): Promise<void> {
  const endsAt = performance.now() + ms;
  while (!isSo() && performance.now() < endsAt) await delay(20);
}
