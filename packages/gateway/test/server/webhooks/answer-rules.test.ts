import { describe, expect, it } from 'vitest';
import {
  judgeAnswer,
  LONGEST_AGE_MS,
  LONGEST_RETRY_AFTER_MS,
  MOST_TRIES,
  type TryRecord,
} from '../../../src/server/webhooks/answer-rules.ts';

const epochMs = Date.UTC(2026, 0, 1);
const first: TryRecord = { tries: 1, ageMs: 0, epochMs, draw: 0 };

describe('an answer', () => {
  it.each([200, 201, 204, 299])('of %i is success', (status) => {
    expect(judgeAnswer({ status }, first)).toEqual({ outcome: 'delivered' });
  });

  it.each([100, 199, 300, 301, 307, 400, 401, 404, 409, 410, 413, 422])(
    'of %i is the last word',
    (status) => {
      expect(judgeAnswer({ status }, first)).toEqual({ outcome: 'refused' });
    },
  );

  it.each([408, 429, 500, 502, 503, 504, 599])('of %i is tried again', (status) => {
    expect(judgeAnswer({ status }, first)).toEqual({ outcome: 'retry', afterMs: 0 });
  });

  it('that does not come is tried again', () => {
    expect(judgeAnswer({ error: 'ECONNREFUSED' }, first)).toEqual({ outcome: 'retry', afterMs: 0 });
  });

  it('is waited for longer after each failure, up to a bound, with full jitter', () => {
    const ceilings = [1, 2, 3, 4, 5, 6, 7, 8, 49].map((tries) =>
      judgeAnswer({ status: 500 }, { ...first, tries, draw: 0.999_999_9 }),
    );
    expect(ceilings).toEqual(
      [499, 999, 1999, 3999, 7999, 15_999, 29_999, 29_999, 29_999].map((afterMs) => ({
        outcome: 'retry',
        afterMs,
      })),
    );
    expect(judgeAnswer({ status: 500 }, { ...first, tries: 9, draw: 0 })).toEqual({
      outcome: 'retry',
      afterMs: 0,
    });
  });

  it('is given up with the last try, or the first one that comes too late', () => {
    const last = { ...first, tries: MOST_TRIES };
    const late = { ...first, ageMs: LONGEST_AGE_MS };
    for (const record of [last, late]) {
      expect(judgeAnswer({ status: 500 }, record)).toEqual({ outcome: 'given-up' });
      expect(judgeAnswer({ status: 200 }, record)).toEqual({ outcome: 'delivered' });
    }
    expect(judgeAnswer({ status: 500 }, { ...last, tries: MOST_TRIES - 1 })).toMatchObject({
      outcome: 'retry',
    });
  });

  it.each([
    ['7', 7000],
    [' 0 ', 0],
    ['999999999999', LONGEST_RETRY_AFTER_MS],
    [new Date(epochMs + 9000).toUTCString(), 9000],
    [new Date(epochMs - 9000).toUTCString(), 0],
    ['soon', 0],
    ['-5', 0],
    ['', 0],
  ])('that says Retry-After: %s is followed by a try after %i ms', (retryAfter, afterMs) => {
    expect(judgeAnswer({ status: 503, retryAfter }, first)).toEqual({ outcome: 'retry', afterMs });
  });

  it('that asks for less time than the back-off does not shorten it', () => {
    const record = { ...first, tries: 4, draw: 0.5 };
    expect(judgeAnswer({ status: 429, retryAfter: '1' }, record)).toEqual({
      outcome: 'retry',
      afterMs: 2000,
    });
  });
});
