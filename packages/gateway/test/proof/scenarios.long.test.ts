import { expect, it } from 'vitest';
import { catalogue } from '../../src/proof/scenarios/catalogue.ts';
import { playScenarios } from './play-scenarios.ts';

it('I1 I2 I3 I4 I7 I8 I11 FM-74 every scenario passes against the gateway as it is', async () => {
  const verdicts = await playScenarios(catalogue);
  const failed = [...verdicts].filter(([, { outcome }]) => outcome !== 'passed');
  expect(failed).toEqual([]);
  expect(verdicts.size).toBe(catalogue.length);
});
