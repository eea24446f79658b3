import { setTimeout as delay } from 'node:timers/promises';
import { type Fault, FaultProxy } from 'holdfast/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { faultsOf } from './follower.ts';
import { IndependentClient } from './independent-client.ts';
import { RunningGateway } from './running-gateway.ts';

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function until(isSo: () => boolean, ms = 20_000): Promise<void> {
  const endsAt = performance.now() + ms;
  while (!isSo()) {
    if (performance.now() > endsAt) throw new Error('It did not come to pass in time.');
    await delay(10);
  }
}

const faults: readonly Fault[] = [
  { kind: 'cut' },
  { kind: 'reset' },
  { kind: 'half-open' },
  { kind: 'reset' },
  { kind: 'half-open', direction: 'to-client' },
  { kind: 'cut' },
];

describe('a client in Python, written from PROTOCOL.md alone', () => {
  it('I3 I4 comes back with ticket and position after each cut, and gets every event once and in order', async () => {
    const gateway = await RunningGateway.start();
    closers.push(() => gateway.stop());
    const proxy = await FaultProxy.start({ targetPort: gateway.port });
    closers.push(() => proxy.close());
    // One slot: it comes back at all only where its ticket lets it take the place of its own last session.
    const token = gateway.tokenFor('ann', { maxSessions: 1 });
    const client = new IndependentClient({ url: `ws://127.0.0.1:${proxy.port}/ws`, token });
    closers.push(() => client.stop());
    await until(() => client.greetings === 1 || client.errors !== '');

    let last = 0;
    for (const [cuts, fault] of [...faults, null].entries()) {
      for (let number = 0; number < 20; number += 1) {
        last += 1;
        await gateway.ask('POST', '/api/v1/users/ann/events', { event: 'e', data: last });
        if (number === 10 && fault !== null) proxy.strike(fault);
      }
      if (fault !== null) await until(() => client.greetings > cuts + 1);
    }
    await until(() => client.events.at(-1)?.offset === last);

    expect(client.errors).toBe('');
    expect(faultsOf(client, last)).toEqual([]);
    expect(client.gaps).toEqual([]);
    // What comes after a cut may be published before or after it is back.
    expect(client.outcomes[0]).toBe('new');
    expect(client.outcomes.slice(1)).not.toContain('new');
    expect(client.outcomes).toContain('replayed');
    expect(await gateway.count('ann')).toBe(1);
    expect(gateway.logs.filter(({ cause }) => cause === 'superseded').length).toBeGreaterThan(0);
  });
});
