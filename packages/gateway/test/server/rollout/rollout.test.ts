import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Provider, TypedInMemoryProvider } from '@openfeature/server-sdk';
import { type EnforcementOrder, type Health, SessionLayer } from 'holdfast';
import { ManualClock } from 'holdfast/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayFaults } from '../../../src/server/gateway-faults.ts';
import { createGatewayLog } from '../../../src/server/log/gateway-log.ts';
import { bucketOf } from '../../../src/server/rollout/bucket.ts';
import type { RollbackCause } from '../../../src/server/rollout/guard.ts';
import { GuardWatch } from '../../../src/server/rollout/guard-watch.ts';
import { type MarkFile, Rollout } from '../../../src/server/rollout/rollout.ts';
import { openMarkFile } from '../../../src/server/rollout/rollout-file.ts';

const cause: RollbackCause = {
  trigger: 'creation-latency',
  measured: 700,
  threshold: 500,
  samples: 8,
  standsForMs: 3000,
};
const users = Array.from({ length: 200 }, (_, index) => `user-${index}`);

let orders: EnforcementOrder[];
let lines: Record<string, unknown>[];
let faults: GatewayFaults;
let node = 0;
beforeEach(() => {
  orders = [];
  lines = [];
  faults = new GatewayFaults({ now: () => 0, tell: () => {} });
});

interface Wished {
  readonly percent?: number;
  readonly provider?: Provider;
  readonly file?: MarkFile;
  readonly isShared?: boolean;
}

function begin({ percent, provider, file, isShared = false }: Wished = {}): Rollout {
  node += 1;
  const destination = {
    write: (line: string): void => {
      lines.push(JSON.parse(line) as Record<string, unknown>);
    },
  };
  return new Rollout({
    layer: { node: String(node), setEnforcement: (order) => orders.push(order) },
    log: createGatewayLog({ node: 'n', level: 'info', isPretty: false, destination }),
    faults,
    now: () => 1_000,
    percent,
    interimLimit: 20,
    provider: provider ?? null,
    file: file ?? null,
    isShared,
  });
}

async function enforcedOf(rollout: Rollout): Promise<string[]> {
  const stances = await Promise.all(users.map(async (user) => await rollout.stanceOf(user)));
  return users.filter((_, index) => stances[index] === 'enforce');
}

describe('a rollout', () => {
  it('that nobody has asked for changes nothing: everyone, no flag, no guard', () => {
    const rollout = begin();
    expect([rollout.stage, rollout.isGuarded]).toEqual(['everyone', false]);
    expect(rollout.providerName).toBeNull();
    expect(rollout.stanceOf('anna')).toBe('enforce');
    expect([orders, lines]).toEqual([[], []]);
  });

  it('is refused where nodes share their users, and nothing is changed', () => {
    const rollout = begin({ isShared: true });
    for (const order of [() => rollout.set(10, null), () => rollout.back(null)])
      expect(order).toThrow('Expected a gateway without `--redis-url`');
    expect([rollout.stage, rollout.isGuarded, orders]).toEqual(['everyone', false, []]);
  });

  it('goes from observing over a share of the users to everyone, and leaves out nobody on the way', async () => {
    const rollout = begin({ percent: 0 });
    expect([rollout.stage, rollout.isGuarded]).toEqual(['observe', false]);
    let before = await enforcedOf(rollout);
    expect(before).toEqual([]);
    for (const percent of [5, 30, 31, 100]) {
      rollout.set(percent, null);
      const now = await enforcedOf(rollout);
      expect(now).toEqual(users.filter((user) => bucketOf(user) < percent * 100));
      expect(before.filter((user) => !now.includes(user))).toEqual([]);
      before = now;
    }
    expect(before).toEqual(users);
    expect(orders.map(({ on }) => on)).toEqual(['nobody', 'named', 'named', 'named', 'everyone']);
  });

  it('FM-17 rolls back at once for everybody, with a limit that goes when it goes on, says so, keeps why, and goes on only by order', async () => {
    const rollout = begin({ percent: 50 });
    rollout.guardBack(cause);
    expect(await enforcedOf(rollout)).toEqual([]);
    expect(orders.at(-1)).toEqual({ on: 'nobody', interimLimit: 20 });
    expect([rollout.stage, rollout.isGuarded, rollout.interimLimit]).toEqual([
      'rolled-back',
      false,
      20,
    ]);
    const why = 'Creating a session took more than 500 ms 8 times, 700 ms at worst, over 3 s';
    expect(rollout.steps).toEqual([
      { at: 1_000, by: 'guard', action: 'back', from: 50, to: 0, why, cause },
    ]);
    expect(faults.standing()).toMatchObject([{ where: 'rollout', error: why }]);
    expect(faults.isDegraded()).toBe(true);
    expect(lines.filter(({ event }) => event === 'rolledBack')).toMatchObject([
      { level: 'error', why, from: 50, interimLimit: 20, trigger: 'creation-latency' },
    ]);
    expect([...rollout.rollbacks]).toEqual([['creation-latency', 1]]);
    rollout.set(10, 'mended');
    expect([rollout.stage, rollout.interimLimit, faults.standing()]).toEqual(['partial', null, []]);
    expect(orders.at(-1)).toEqual({ on: 'named', interimLimit: null });
  });

  it('by an operator back and forth is recorded, and no fault', () => {
    const rollout = begin();
    rollout.back('lost tabs');
    expect([rollout.stage, faults.standing()]).toEqual(['rolled-back', []]);
    for (let step = 0; step < 30; step += 1) rollout.set(step, null);
    expect(rollout.steps).toHaveLength(20);
    expect(rollout.steps[0]).toMatchObject({ by: 'operator', action: 'set', from: 28, to: 29 });
  });
});

function answering(resolve: Provider['resolveBooleanEvaluation']): Provider {
  return Object.assign(new TypedInMemoryProvider({}), { resolveBooleanEvaluation: resolve });
}

describe('the flag', () => {
  it("is asked of the caller's provider for each newcomer, with user, bucket and percentage", async () => {
    const asked: unknown[] = [];
    const provider = answering((flag, _, { targetingKey, bucket, percent }) => {
      asked.push([flag, targetingKey, bucket, percent]);
      return Promise.resolve({ value: targetingKey === 'vip' });
    });
    const rollout = begin({ percent: 100, provider });
    await new Promise((resolve) => void setImmediate(resolve));
    expect(await rollout.stanceOf('anna')).toBe('observe');
    expect(await rollout.stanceOf('vip')).toBe('enforce');
    expect([rollout.stage, rollout.providerName]).toEqual(['partial', 'in-memory']);
    expect(asked[0]).toEqual(['holdfast-enforce', 'anna', bucketOf('anna'), 100]);
    rollout.set(0, null);
    expect(rollout.stanceOf('vip')).toBe('observe');
    expect(asked).toHaveLength(2);
  });

  it('I6 of a provider that fails or hangs falls back on the place in the percentage, and says so', async () => {
    const failing = [
      answering(() => Promise.reject(new Error('down, says anna'))),
      answering(() => new Promise(() => {})),
    ];
    for (const provider of failing) {
      const rollout = begin({ percent: 100, provider });
      await new Promise((resolve) => void setImmediate(resolve));
      expect(await rollout.stanceOf('anna')).toBe('enforce');
      const [fault] = faults.standing();
      expect(fault?.where).toBe('flags');
      expect(fault?.error).not.toContain('anna');
      faults.clear('flags');
    }
  });
});

describe('the file of a rollout', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'rollout-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  it('keeps a roll-back over a restart: it does not go forward by that', () => {
    const name = path.join(folder, 'rollout.json');
    begin({ percent: 50, file: openMarkFile(name) }).guardBack(cause);
    faults = new GatewayFaults({ now: () => 0, tell: () => {} });
    const again = begin({ percent: 50, file: openMarkFile(name) });
    expect([again.stage, again.steps[0]?.cause?.trigger]).toEqual([
      'rolled-back',
      'creation-latency',
    ]);
    expect(orders.at(-1)).toEqual({ on: 'nobody', interimLimit: 20 });
    expect(faults.standing()).toMatchObject([{ where: 'rollout' }]);
  });

  it('that holds something else is told before anything starts; one that cannot be written is a fault', () => {
    const name = path.join(folder, 'rollout.json');
    writeFileSync(name, '{"percent": 500}');
    expect(() => openMarkFile(name)).toThrow(/--rollout-file/);
    const rollout = begin({ file: openMarkFile(path.join(folder, 'no', 'such', 'folder')) });
    rollout.set(10, null);
    expect(rollout.percent).toBe(10);
    expect(faults.standing()).toMatchObject([{ where: 'rollout-file' }]);
    expect(readFileSync(name, 'utf8')).toBe('{"percent": 500}');
  });
});

describe('the watch of the guard', () => {
  let rollout: Rollout;
  let guard: GuardWatch;
  let now: number;
  let isStopping: boolean;
  beforeEach(() => {
    rollout = begin({ percent: 100 });
    now = 0;
    isStopping = false;
    const health = (): Health => ({
      status: 'ok',
      faults: [],
      cleanup: { running: !isStopping, intervalMs: 1, failures: 0 },
    });
    guard = new GuardWatch({
      layer: { health, counts: () => new SessionLayer({}, { clock: new ManualClock() }).counts() },
      metrics: { opened: 0, closed: 0 },
      rollout,
      rules: { latencyMs: 500, sweepFailures: 3, memoryGrowthBytes: 1e9, standMs: 3000 },
      now: () => now,
      memoryBytes: () => 1,
      isStopping: () => isStopping,
    });
  });

  function pass(seconds: number, workMs: number): void {
    for (let second = 0; second < seconds; second += 1) {
      for (let come = 0; come < 3; come += 1)
        guard.hear({ type: 'opened', session: 's', user: 'u', workMs, waitedMs: 0 });
      now += 1000;
      guard.look();
    }
  }

  function failSweep(times: number, isComplete: boolean): void {
    for (let time = 1; time <= times; time += 1)
      guard.hear({ type: 'sweepFailed', error: '', isComplete, inARow: time, retryAfterMs: 1 });
  }

  it('rolls back once, and looks again only after an operator has gone on', () => {
    pass(10, 20);
    pass(60, 800);
    expect([...rollout.rollbacks]).toEqual([['creation-latency', 1]]);
    rollout.set(100, null);
    pass(3, 800);
    expect(rollout.stage).toBe('everyone');
    pass(60, 20);
    isStopping = true;
    pass(60, 800);
    expect([...rollout.rollbacks]).toEqual([['creation-latency', 1]]);
  });

  it('FM-61 takes only sweeps that fail as a whole for a failing sweep', () => {
    failSweep(9, false);
    pass(10, 20);
    failSweep(2, true);
    guard.hear({ type: 'swept', examined: 1, reaped: 0, drift: 0, tookMs: 1 });
    failSweep(2, true);
    pass(10, 20);
    expect(rollout.stage).toBe('everyone');
    failSweep(1, true);
    pass(4, 20);
    expect(rollout.steps[0]).toMatchObject({ why: 'The sweep failed 3 times in a row, over 3 s' });
  });
});
