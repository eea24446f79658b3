import { describe, expect, test } from 'vitest';
import { errorText } from '../../src/core/error-text.ts';
import { isThenable } from '../../src/core/thenable.ts';

/** An object that has a `then`, as a promise of another make has. */
function withThen(then: unknown): object {
  // oxlint-disable-next-line unicorn/no-thenable -- this is what has to be told apart
  return { then };
}

describe('a promise is', () => {
  test.each([
    ['one of the language', Promise.resolve(1), true],
    ['an object whose then is a function', withThen(() => {}), true],
    ['no object whose then is none', withThen(1), false],
    ['no object without then', {}, false],
    ['not null', null, false],
    ['not undefined', undefined, false],
    ['no text', 'then', false],
    ['no function', () => {}, false],
  ])('%s', (_, value, expected) => {
    expect(isThenable(value)).toBe(expected);
  });
});

describe('what was thrown', () => {
  test('tells its name and message where it is an error', () => {
    expect(errorText(new TypeError('no such thing'))).toBe('TypeError: no such thing');
  });

  test('is told as text where it is none', () => {
    expect(errorText('gone')).toBe('gone');
    expect(errorText(undefined)).toBe('undefined');
  });

  test('is said to be untellable where it throws when it is asked', () => {
    const mute = {
      toString: () => {
        throw new Error('not now');
      },
    };
    expect(errorText(mute)).toBe('something that cannot be told as text');
  });
});
