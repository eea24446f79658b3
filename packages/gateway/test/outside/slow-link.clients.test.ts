import { setTimeout as delay } from 'node:timers/promises';
import { FaultProxy } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { BareFollower, faultsOf, type Follower } from './follower.ts';
import { RunningGateway } from './running-gateway.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function publish(gateway: RunningGateway, data: string): Promise<void> {
  const { status } = await gateway.ask('POST', '/api/v1/users/ann/events', { event: 'e', data });
  if (status !== 202) throw new Error(`Expected an event to be published, got ${status}.`);
}

/** The number that `faultsOf` looks for, and enough beside it to weigh on a link. */
function padded(number: number): string {
  return String(number).padEnd(1_200, ' ');
}

describe('a slow link that still moves', () => {
  /** Publishes a backlog, has a client follow it through 64 KB a second, and goes on publishing meanwhile. */
  async function throughSlowLink(flags: readonly string[]): Promise<Follower> {
    const gateway = await RunningGateway.start([...flags, ...hasty]);
    closers.push(() => gateway.stop());
    const proxy = await FaultProxy.start({ targetPort: gateway.port });
    closers.push(() => proxy.close());
    for (let number = 1; number <= 250; number += 1) await publish(gateway, padded(number));
    proxy.throttle(64 * 1024);
    const url = `ws://127.0.0.1:${proxy.port}/ws`;
    const follower = new BareFollower({ url, token: gateway.tokenFor('ann') });
    closers.push(() => follower.stop());
    for (let number = 251; number <= last; number += 1) {
      await publish(gateway, padded(number));
      await delay(10);
    }
    const endsAt = performance.now() + 60_000;
    while (follower.events.at(-1)?.offset !== last && performance.now() < endsAt) await delay(50);
    return follower;
  }

  const last = 320;
  const hasty = ['--ping-interval', '1s', '--pressure-ping-interval', '1s', '--ping-timeout', '3s'];

  it('I2 I4 stays, and gets a backlog and what follows once and in order', async () => {
    const follower = await throughSlowLink([]);
    expect(faultsOf(follower, last)).toEqual([]);
    expect([follower.gaps, follower.greetings, follower.closes]).toEqual([[], 1, []]);
  });

  it('I2 I4 stays where it falls off the tail of the log, and is told what is gone', async () => {
    const follower = await throughSlowLink([
      '--history-bytes',
      '100kb',
      '--max-unconfirmed',
      '64kb',
    ]);
    expect(faultsOf(follower, last)).toEqual([]);
    expect(follower.gaps.map(({ reason }) => reason)).toContain('overflow');
    expect([follower.greetings, follower.closes]).toEqual([1, []]);
  });
});
