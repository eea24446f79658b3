import { describe, expect, test } from 'vitest';
import { readRequest } from '../../../../bench/plan.ts';

const suites = ['echo', 'memory'];

describe('the command line of the benchmarks', () => {
  test('asks for a run', () => {
    expect(readRequest(['--quick', '--only', 'echo'], suites)).toEqual({
      wants: 'run',
      plan: { only: ['echo'], isQuick: true, rounds: 1 },
    });
    expect(readRequest(['--rounds=5'], suites)).toMatchObject({ plan: { only: [], rounds: 5 } });
  });

  test.each(['--help', '-h'])('asks for the usage: %s', (flag) => {
    const request = readRequest([flag], suites);
    expect(request.wants).toBe('help');
    expect('text' in request && request.text).toMatch(/^usage: npm run/u);
  });

  test.each([
    [['--fast'], '--fast'],
    [['stray'], 'stray'],
    [['--only'], '--only'],
    [['--only', '--quick'], '--only'],
    [['--only', 'echo,nothing'], 'nothing'],
    [['--rounds', 'many'], 'many'],
    [['--rounds', '0'], '0'],
    [['--rounds=-1'], '-1'],
  ])('asks for what there is not, and is told so in one line and the usage: %j', (args, named) => {
    const request = readRequest(args, suites);
    expect(request).toMatchObject({ wants: 'nothing known' });
    const [why, next] = 'text' in request ? request.text.split('\n') : [];
    expect(why).toContain(named);
    expect(next).toMatch(/^usage: /u);
  });
});
