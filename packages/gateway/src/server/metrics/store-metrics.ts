import type { Metrics } from 'holdfast';
import type { Registry } from 'prom-client';
import { meteredActs } from '../store/metered-store.ts';
import type { Seat } from '../sessions/seat.ts';
import type { StoreWatch } from '../store/store-watch.ts';
import { BucketHistogram } from './bucket-histogram.ts';
import { addCounter, addPlainCounter, addPlainGauge, withZeros } from './collected.ts';

/** Where the metrics of nodes that share their users are read from; they are there without a store, too. */
export interface StoreSources {
  readonly store: Pick<StoreWatch, 'acts' | 'actFailures' | 'actDurations'>;
  readonly metrics: Pick<Metrics, 'leasesLost' | 'repairs'>;
  readonly seat: Pick<Seat, 'nodeCount' | 'drift' | 'isStoreAway'>;
}

const ACT_EDGES = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Adds how the store is, and what was done with it. */
export function addStoreMetrics(registry: Registry, sources: StoreSources): void {
  addStateMetrics(registry, sources);
  addActMetrics(registry, sources);
}

function addStateMetrics(registry: Registry, { metrics, seat }: StoreSources): void {
  addPlainGauge(registry, {
    name: 'holdfast_store_up',
    help: '0 while the store that nodes share does not answer; else 1, also without a store.',
    read: () => (seat.isStoreAway ? 0 : 1),
  });
  addPlainGauge(registry, {
    name: 'holdfast_store_drift',
    help: 'Users about whom the store and the sessions here may not agree; in holdfast_registry_drift, too.',
    read: () => seat.drift,
  });
  addPlainGauge(registry, {
    name: 'holdfast_cluster_nodes',
    help: 'Nodes that are alive as far as this one knows, itself among them.',
    read: () => seat.nodeCount,
  });
  addPlainCounter(registry, {
    name: 'holdfast_lease_lost_total',
    help: 'How often the lease of this node was over, so that it had to join anew.',
    read: () => metrics.leasesLost,
  });
  addCounter(registry, {
    name: 'holdfast_repairs_total',
    help: 'Rows of the store that differed from the sessions here, by what was done about it.',
    label: 'what',
    read: () => Object.entries(metrics.repairs),
  });
}

function addActMetrics(registry: Registry, { store }: StoreSources): void {
  addCounter(registry, {
    name: 'holdfast_store_acts_total',
    help: 'Acts of the store that came back, those that failed among them.',
    label: 'act',
    read: () => withZeros(meteredActs, store.acts),
  });
  addCounter(registry, {
    name: 'holdfast_store_act_failures_total',
    help: 'Acts of the store that failed.',
    label: 'act',
    read: () => withZeros(meteredActs, store.actFailures),
  });
  registry.registerMetric(
    new BucketHistogram({
      name: 'holdfast_store_act_duration_seconds',
      help: 'How long acts of the store took.',
      edges: ACT_EDGES,
      durations: store.actDurations,
    }),
  );
}
