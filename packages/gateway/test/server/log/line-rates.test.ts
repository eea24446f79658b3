import { expect, it } from 'vitest';
import { LineRates } from '../../../src/server/log/line-rates.ts';

it('I6 lines that are left out are counted by kind, and told once', () => {
  let nowMs = 0;
  const rates = new LineRates(3, () => nowMs);
  const taken = ['closed', 'closed', 'closed', 'closed', 'opened', 'closed'].map((kind) =>
    rates.take(kind),
  );
  expect(taken).toEqual([true, true, true, false, true, false]);
  nowMs = 1000;
  expect(rates.take('closed')).toBe(true);
  expect(rates.takeLeftOut()).toEqual({ closed: 2 });
  expect(rates.takeLeftOut()).toBeNull();
});
