import { describe, expect, it } from 'vitest';
import { catalogue } from '../../src/proof/scenarios/catalogue.ts';
import { quietSessions } from '../../src/proof/scenarios/live-kill.ts';
import { checkEdit } from './broken-gateway.ts';
import { brokenGateways, countBeside, quietCutOff, slotsKept } from './broken-gateways.ts';
import { judgeBrokenGateway } from './judge-broken-gateway.ts';
import { pick, playScenarios } from './play-scenarios.ts';

/** Most of them run in the long tier only; that the source has moved on is told at once. */
describe('FM-89 the mistake can still be made:', () => {
  const all = [slotsKept, countBeside, quietCutOff(2_000), ...brokenGateways];
  it.each(all.map(({ name, edits }) => [name, edits] as const))('%s', (_name, edits) => {
    for (const edit of edits) expect(() => checkEdit(edit)).not.toThrow();
  });
});

// They wait most of the time: side by side.
describe.concurrent('a gateway seen from outside', () => {
  it.each([slotsKept, countBeside].map((broken) => [broken.name, broken] as const))(
    'FM-74 that has a mistake in it is caught, and the cause is named: %s',
    async (_name, broken) => {
      const { found, expected } = await judgeBrokenGateway(broken, catalogue);
      expect(found).toEqual(expected);
    },
  );

  it('FM-74 that has a mistake in it is caught, and the cause is named: I2 FM-31 ends sessions that were quiet for 2 s', async () => {
    const others = catalogue.filter(({ name }) => name !== 'limits/quiet-sessions-live');
    const scenarios = [...others, quietSessions(3_000)];
    const { found, expected } = await judgeBrokenGateway(quietCutOff(2_000), scenarios);
    expect(found).toEqual(expected);
  });

  it('I1 I2 I3 I4 I8 FM-74 as it is passes the scenarios that take no time', async () => {
    const quick = [
      'limits/an-end-of-any-kind-frees-the-slot',
      'limits/a-killed-client-frees-its-slots',
      'race/a-close-meets-a-reap',
      'race/two-sockets-with-one-ticket',
      'race/clients-that-leave-during-the-upgrade',
      'resume/a-half-open-session-is-superseded',
      'resume/a-position-needs-no-ticket',
      'resume/queued-for-an-absent-user',
      'security/bad-tokens-are-refused',
    ];
    const verdicts = await playScenarios([...pick(catalogue, quick), quietSessions(500)]);
    const failed = [...verdicts].filter(([, { outcome }]) => outcome !== 'passed');
    expect(failed).toEqual([]);
    expect(verdicts.size).toBe(quick.length + 1);
  });
});
