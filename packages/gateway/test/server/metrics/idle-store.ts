import { Histogram } from 'holdfast';
import type { PrometheusSources } from '../../../src/server/metrics/prometheus.ts';

/** What a gateway without a store counts of it. */
export function idleStore(): PrometheusSources['store'] {
  return { acts: new Map(), actFailures: new Map(), actDurations: new Histogram() };
}
