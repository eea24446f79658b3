import { StoreError, type StoreErrorKind } from 'holdfast/cluster';
import { expect, it } from 'vitest';
import { answerStoreError } from '../../../src/server/api/store-problem.ts';

it.each<[StoreErrorKind, string]>([
  ['unreachable', 'Whether it has taken this is not known'],
  ['timeout', 'Whether it has taken this is not known'],
  ['broken', 'Whether it has taken this is not known'],
  ['away', 'It has not taken this'],
  ['overloaded', 'It has not taken this'],
  ['read-only', 'It has not taken this'],
])('I4 a store that did not take it (%s) is 503 with when to come back', async (kind, text) => {
  const response = answerStoreError(new StoreError(kind, 'canary'));
  expect([response?.status, response?.headers.get('retry-after')]).toEqual([503, '1']);
  const body = (await response?.json()) as Record<string, string>;
  expect(body).toMatchObject({ code: 'store-unavailable', status: 503 });
  expect(body['detail']).toContain(`(${kind}). ${text}`);
  expect(body['detail']).not.toContain('canary');
});

it('another error is none of the store', () => {
  expect(answerStoreError(new Error('no'))).toBeNull();
  expect(answerStoreError('no')).toBeNull();
});
