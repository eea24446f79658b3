import type { Evidence } from '../evidence/evidence.ts';
import { judgeLoad } from './judge-load.ts';
import { judgeScenarios } from './judge-scenarios.ts';
import { judgeSoak } from './judge-soak.ts';
import type { Policy } from './policy.ts';
import type { FilelessRuling } from './ruling.ts';

/** What a policy says about what one run saw, by what kind of run it is. */
export function judgeRun(evidence: Evidence, policy: Policy): readonly FilelessRuling[] {
  switch (evidence.kind) {
    case 'verify':
    case 'compare':
      return [judgeScenarios(evidence)];
    case 'load':
      return judgeLoad(evidence, policy);
    case 'soak':
      return [...judgeLoad(evidence, policy), ...judgeSoak(evidence, policy)];
  }
}
