import { describe, expect, it } from 'vitest';
import { formatAge } from '../../src/cli/age.ts';
import { plainText, textColumns } from '../../src/cli/plain-text.ts';
import { formatTable } from '../../src/cli/table.ts';

const unpainted = (text: string): string => text;

describe('an age', () => {
  it.each([
    [-5, '0ms'],
    [0, '0ms'],
    [999.9, '999ms'],
    [1000, '1s'],
    [59_999, '59s'],
    [60_000, '1m00s'],
    [192_000, '3m12s'],
    [3_599_999, '59m59s'],
    [3_600_000, '1h00m'],
    [7_500_000, '2h05m'],
    [86_399_999, '23h59m'],
    [86_400_000, '1d00h'],
    [349_200_000, '4d01h'],
  ])('of %d ms is written %s', (ms, expected) => {
    expect(formatAge(ms)).toBe(expected);
  });
});

describe('text from elsewhere', () => {
  it.each([
    ['anna', 'anna'],
    ['\u001B[2J', '\\u{1b}[2J'],
    ['two\nlines', 'two\\u{a}lines'],
    ['\u202Eright to left', '\\u{202e}right to left'],
    ['\u009B31m', '\\u{9b}31m'],
    ['\uD800', '\\u{d800}'],
    ['\u2028', '\\u{2028}'],
  ])('%j is shown without power over the terminal', (given, expected) => {
    expect(plainText(given, 48)).toBe(expected);
  });

  it('is cut by what is drawn, not by how it is stored', () => {
    expect(plainText('x'.repeat(10), 10)).toBe('x'.repeat(10));
    expect(plainText('x'.repeat(11), 10)).toBe(`${'x'.repeat(9)}…`);
    expect(plainText('日本語日本語', 7)).toBe('日本語…');
    expect(textColumns(plainText('👩‍👩‍👧‍👦'.repeat(20), 10))).toBeLessThanOrEqual(10);
  });

  it.each([
    ['anna', 4],
    ['日本', 4],
    ['한국', 4],
    ['e\u0301', 1],
    ['🙂', 2],
    ['ﬁ', 1],
  ])('%j is drawn %d columns wide or is given as many', (text, columns) => {
    expect(textColumns(text)).toBe(columns);
  });
});

describe('a table', () => {
  const columns = [
    { title: 'USER', text: (row: { user: string; count: number }): string => row.user },
    {
      title: 'N',
      text: (row: { count: number }): string => String(row.count),
      isNumber: true,
    },
  ];

  it('aligns text at the left and numbers at the right, whatever the letters', () => {
    const rows = [
      { user: 'anna', count: 7 },
      { user: '日本語', count: 1234 },
    ];
    expect(formatTable(columns, rows, unpainted)).toBe(
      ['USER       N', 'anna       7', '日本語  1234', ''].join('\n'),
    );
  });

  it('keeps one row on one line', () => {
    const rows = [{ user: 'a\nb\u001B[1m', count: 1 }];
    expect(formatTable(columns, rows, unpainted).split('\n')).toHaveLength(3);
  });
});
