import { catalogue } from '../../../packages/gateway/dist/proof/scenarios/catalogue.js';
import type { Scenario } from '../../../packages/gateway/dist/proof/scenarios/scenario.js';

const quickOnes = ['limits/reloads-never-reach-the-limit'];

/** They start gateways of their own, with settings that only Holdfast has. */
const aboutOurSettings: readonly string[] = [
  'environment/background-clean-up-failure-is-told-and-retried',
  'environment/parity-of-test-staging-and-production',
  'limits/manual-clean-up-works-while-the-background-fails',
  'load/memory-returns-after-managers-have-left',
];

/**
 * The scenarios that any deployment can be asked for: those that need no settings of Holdfast's own.
 *
 * @param isQuick only a few, to show that they run
 */
export function chooseScenarios(isQuick: boolean): readonly Scenario[] {
  const plain = catalogue.filter(
    ({ name, flags = [] }) => flags.length === 0 && !aboutOurSettings.includes(name),
  );
  return isQuick ? plain.filter(({ name }) => quickOnes.includes(name)) : plain;
}
