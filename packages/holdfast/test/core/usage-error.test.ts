import { describe, expect, it } from 'vitest';
import { describeValue, UsageError } from '../../src/core/usage-error.ts';

describe('the picture of a value in an error text', () => {
  it.each([
    ['short', '"short"'],
    ['two\nlines', String.raw`"two\nlines"`],
    ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), 'a text of 41 characters'],
    [7, '7'],
    [Number.NaN, 'NaN'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 2], 'an array'],
    [{ token: 'canary' }, 'a value of type object'],
    [() => {}, 'a value of type function'],
    [Symbol('canary'), 'a value of type symbol'],
    [10n, 'a value of type bigint'],
  ])('of %s is %s', (value, picture) => {
    expect(describeValue(value)).toBe(picture);
  });
});

it('a mistake of the caller carries a code and the options that took part', () => {
  const error = new UsageError('contradicting-options', 'Expected …', ['a', 'b']);
  expect(error).toBeInstanceOf(Error);
  const { name, code, options } = error;
  expect({ name, code, options }).toEqual({
    name: 'UsageError',
    code: 'contradicting-options',
    options: ['a', 'b'],
  });
  expect(new UsageError('bad-user', 'Expected …').options).toEqual([]);
});
