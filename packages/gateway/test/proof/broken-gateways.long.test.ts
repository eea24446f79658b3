import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/proof/scenarios/catalogue.ts';
import { brokenGateways, quietCutOff } from './broken-gateways.ts';
import { judgeBrokenGateway } from './judge-broken-gateway.ts';

describe('a gateway with a mistake in it is caught from outside, and the cause is named', () => {
  it.each([quietCutOff(10_000), ...brokenGateways].map((broken) => [broken.name, broken] as const))(
    'FM-74 FM-89 %s',
    async (_name, broken) => {
      const { found, expected } = await judgeBrokenGateway(broken, catalogue);
      expect(found).toEqual(expected);
    },
  );
});
