import { describe, expect, test } from 'vitest';
import {
  passTime,
  playStretches,
  type RunResult,
  type SimulatedTime,
  Steps,
  tellAgain,
} from '../../src/testing/simulated-run.ts';
import { Verdict } from '../../src/testing/simulation/verdict.ts';

/** Something that happens: of a loop under test, or in the world around it. Takes as long as it says. */
interface Thing {
  readonly at: number;
  readonly isOfLoop: boolean;
  readonly takes?: number;
}

/** A time with a list of what happens in it; what came about is in `told`. */
class ListedTime implements SimulatedTime {
  readonly verdict: Verdict = new Verdict(() => this.now);
  readonly told: string[] = [];
  readonly #things: Thing[];
  now = 0;
  failsAt = Infinity;

  constructor(...things: readonly Thing[]) {
    this.#things = [...things];
  }

  get nextAt(): number {
    return this.#things[0]?.at ?? Infinity;
  }

  runNext(): boolean {
    const thing = this.#things.shift();
    if (thing === undefined) throw new Error('Nothing comes next.');
    this.now = Math.max(this.now, thing.at) + (thing.takes ?? 0);
    this.told.push(`${thing.isOfLoop ? 'loop' : 'world'} ${this.now}`);
    return thing.isOfLoop;
  }

  settle(): Promise<void> | null {
    return Promise.resolve().then(() => void this.told.push('settled'));
  }

  look(): void {
    this.told.push('look');
    this.verdict.expect(this.now < this.failsAt, 'I1', () => 'as asked');
  }

  restUntil(instant: number): void {
    this.now = Math.max(this.now, instant);
  }
}

const loopAt = (at: number, takes = 0): Thing => ({ at, isOfLoop: true, takes });
const worldAt = (at: number): Thing => ({ at, isOfLoop: false });

/** Plays two stretches, in one part of which something fails; what was done. */
async function play(failsIn: string | null): Promise<string> {
  const verdict = new Verdict(() => 0);
  const told: string[] = [];
  const tell = async (what: string): Promise<void> => {
    told.push(what);
    verdict.expect(what !== failsIn, 'I1', () => 'as asked');
  };
  await playStretches({
    verdict,
    lengths: [5, 6],
    trouble: (ms) => tell(`trouble ${ms}`),
    calm: () => tell('calm'),
    end: () => tell('end'),
  });
  return told.join(', ');
}

describe('time that passes in a simulator', () => {
  test('everything is looked at after each callback of a loop, once its promises have gone on', async () => {
    const time = new ListedTime(loopAt(1), worldAt(2), loopAt(3), loopAt(11));
    await passTime(time, 10);
    expect(time.told.join(', ')).toBe('loop 1, settled, look, world 2, loop 3, settled, look');
    expect([time.now, time.nextAt]).toEqual([10, 11]);
  });

  test('what is due by then happens, however late it has become, and nothing after it', async () => {
    const time = new ListedTime(loopAt(9, 20), worldAt(25), worldAt(30));
    await passTime(time, 10);
    expect(time.told.filter((line) => line !== 'settled' && line !== 'look')).toEqual([
      'loop 29',
      'world 29',
    ]);
    expect([time.now, time.nextAt]).toEqual([29, 30]);
  });

  test('it stops at the first violation, there and then', async () => {
    const time = new ListedTime(loopAt(1), loopAt(2), loopAt(3));
    time.failsAt = 2;
    await passTime(time, 10);
    expect(time.verdict.violation).toEqual({ invariant: 'I1', message: 'as asked', atMs: 2 });
    expect(time.now).toBe(2);
    await passTime(time, 10);
    expect([time.now, time.nextAt]).toEqual([2, 3]);
  });
});

describe('callbacks of the loops under test', () => {
  test('I6 are counted, and none of them may throw', () => {
    const verdict = new Verdict(() => 7);
    const steps = new Steps(verdict);
    steps.run(7, () => {});
    expect(verdict.violation).toBeNull();
    steps.run(7, () => {
      throw new Error('as asked');
    });
    expect(steps.count).toBe(2);
    expect(verdict.violation?.invariant).toBe('I6');
    expect(verdict.violation?.message).toContain('a callback of the loop threw: Error: as asked');
  });

  test('I12 come to rest: a hundred thousand at one instant, and no more', () => {
    const verdict = new Verdict(() => 7);
    const steps = new Steps(verdict);
    for (const instant of [7, 8, 7]) {
      for (let turn = 0; turn < 100_000; turn += 1) steps.run(instant, () => {});
      expect(verdict.violation).toBeNull();
    }
    steps.run(7, () => {});
    expect(verdict.violation?.message).toBe('the loop does not come to rest');
  });
});

describe('a simulated run', () => {
  test('has trouble and calm by turns, and an end', async () => {
    expect(await play(null)).toBe('trouble 5, calm, trouble 6, calm, end');
  });

  test('is over with the first violation', async () => {
    expect(await play('calm')).toBe('trouble 5, calm');
    expect(await play('trouble 6')).toBe('trouble 5, calm, trouble 6, calm');
  });

  test('that failed is told with the last sixty lines, and how to run it again', async () => {
    const violation = { invariant: 'I1', message: 'as asked', atMs: 1_500 };
    const run = async (trace: (line: string) => void): Promise<RunResult> => {
      for (let line = 1; line <= 70; line += 1) trace(`line ${line}`);
      return { seed: 4, violation, steps: 1, counts: {} };
    };
    const told = await tellAgain<RunResult>(run, ({ seed }) => `run ${seed}`);
    const lines = told.split('\n');
    expect(lines[0]).toBe('I1 does not hold at 1.500 s of seed 4: as asked');
    expect(lines.slice(1, 3)).toEqual(['what led to it:', '  line 11']);
    expect(lines.slice(-2)).toEqual(['  line 70', 'run it again: run 4']);
  });
});
