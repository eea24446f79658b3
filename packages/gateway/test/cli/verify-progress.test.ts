import { afterEach, describe, expect, it, vi } from 'vitest';
import { VerifyProgress } from '../../src/cli/verify/verify-progress.ts';
import type { PlayedScenario } from '../../src/proof/scenarios/outcome.ts';
import { fakeTerminal } from './fake-terminal.ts';

const name = 'limits/it-holds';

const passed: PlayedScenario = {
  name,
  category: 'limits',
  claim: 'It holds.',
  covers: ['I1', 'seed: test_it'],
  round: 1,
  verdict: { outcome: 'passed' },
  startedAtMs: 0,
  tookMs: 1_234,
  samples: [3, 1, 2].map((value) => ({ name: 'connect', unit: 'ms', value, atMs: 0 })),
  marks: [{ kind: 'fault', what: 'one client is frozen', atMs: 900 }],
};

const failed: PlayedScenario = {
  ...passed,
  verdict: {
    outcome: 'failed',
    cause: 'It does not hold.',
    expected: 'one',
    got: 'two\u001B[2J',
  },
};

function tell(
  played: PlayedScenario,
  { isTerminal = false, isVerbose = false } = {},
): { readonly text: () => string; readonly progress: VerifyProgress } {
  const { out, written } = fakeTerminal({ isTerminal });
  const progress = new VerifyProgress({ out, isVerbose, repeatOf: () => 'holdfast verify …' });
  progress.tell({ kind: 'begun', name, at: 1, of: 12 });
  progress.tell({ kind: 'played', played });
  return { text: () => written.out, progress };
}

describe('the progress of a run', () => {
  afterEach(() => void vi.useRealTimers());

  it('is one plain line for a scenario that passed', () => {
    expect(tell(passed).text()).toBe(`passed    1/12  ${name}  1.2 s\n`);
  });

  it('tells the cause, what was expected and got, and the command; what a target said is made printable', () => {
    expect(tell(failed).text().split('\n')).toEqual([
      `FAILED    1/12  ${name}  1.2 s`,
      '         cause     It does not hold.',
      '         expected  one',
      '         got       two\\u{1b}[2J',
      '         alone     holdfast verify …',
      '',
    ]);
  });

  it('tells why a scenario does not apply', () => {
    const verdict = { outcome: 'not-applicable', why: 'The target has no stats.' } as const;
    expect(tell({ ...passed, verdict }).text()).toMatch(
      /^n\/a .*\n +why +The target has no stats\.\n$/,
    );
  });

  it('tells claim, measurements and marks when it is asked to', () => {
    const text = tell(passed, { isVerbose: true }).text();
    expect(text).toContain('It holds.');
    expect(text).toContain('covers I1, seed: test_it');
    expect(text).toContain('+0.9 s  fault: one client is frozen');
    expect(text).toContain('connect: 3 measured, median 2.0, largest 3.0 ms');
  });

  it('shows a person what is under way and for how long, and leaves nothing of that behind', () => {
    vi.useFakeTimers();
    const { text, progress } = tell(passed, { isTerminal: true });
    const second = 'limits/the-next';
    progress.tell({ kind: 'begun', name: second, at: 2, of: 12 });
    vi.advanceTimersByTime(3_000);
    expect(text()).toContain(`2 of 12  ${second}  3.0 s`);
    progress.end();
    expect(text().endsWith('\r\u001B[2K')).toBe(true);
    const before = text();
    vi.advanceTimersByTime(3_000);
    expect(text()).toBe(before);
  });
});
