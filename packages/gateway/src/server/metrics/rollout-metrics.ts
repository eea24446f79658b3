import type { Metrics } from 'holdfast';
import type { Registry } from 'prom-client';
import { type Rollout, stages } from '../rollout/rollout.ts';
import { addCounter, addGauge, addPlainGauge, withZeros } from './collected.ts';

/** Where the metrics of a rollout are read from. */
export interface RolloutSources {
  readonly metrics: Pick<Metrics, 'wouldRefuseByReason' | 'wouldReapByCause'>;
  readonly rollout: Pick<Rollout, 'stage' | 'percent'> & {
    readonly rollbacks: ReadonlyMap<string, number>;
  };
}

/** Adds what would have been done to those who are only observed, and how far the rollout has come. */
export function addRolloutMetrics(registry: Registry, { metrics, rollout }: RolloutSources): void {
  addCounter(registry, {
    name: 'holdfast_would_refuse_total',
    help: 'Newcomers let in who would have been refused, were their users not only observed.',
    label: 'reason',
    read: () => withZeros(['user-limit', 'rate'], metrics.wouldRefuseByReason),
  });
  addCounter(registry, {
    name: 'holdfast_would_reap_total',
    help: 'Sessions kept that would have been reaped, were their users not only observed.',
    label: 'cause',
    read: () => withZeros(['no-pong'], metrics.wouldReapByCause),
  });
  addGauge(registry, {
    name: 'holdfast_rollout_stage',
    help: '1 for the stage of the rollout, 0 for the others.',
    label: 'stage',
    read: () => stages.map((stage) => [stage, rollout.stage === stage ? 1 : 0]),
  });
  addPlainGauge(registry, {
    name: 'holdfast_rollout_percent',
    help: 'For how many percent of the users limit and clean-up are enforced.',
    read: () => rollout.percent,
  });
  addCounter(registry, {
    name: 'holdfast_rollbacks_total',
    help: 'Roll-backs by what pulled the trigger.',
    label: 'trigger',
    read: () => withZeros(['creation-latency', 'sweep', 'memory', 'operator'], rollout.rollbacks),
  });
}
