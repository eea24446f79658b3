import { expect, it } from 'vitest';
import { catalogue } from '../../src/proof/scenarios/catalogue.ts';
import { run } from '../cli/command-process.ts';

interface Result {
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  readonly scenarios: readonly { readonly name: string; readonly outcome: string }[];
}

it.each(['staging', 'test'])(
  'I1 I2 I3 I8 the whole catalogue holds for a gateway in the environment %s',
  async (environment) => {
    const { status, out, err } = await run(['verify', '--env', environment, '--json']);
    const result = JSON.parse(out) as Result;
    expect(result.scenarios.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
    expect(err).toBe('');
    expect(status).toBe(0);
    expect(result.scenarios).toHaveLength(catalogue.length);
    // Only a machine that is busy with other work leaves something unjudged.
    expect(result.notApplicable).toBeLessThanOrEqual(1);
  },
);
