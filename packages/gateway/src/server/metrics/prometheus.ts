import {
  closeCauses,
  type Gauges,
  type Metrics,
  type RefusalReason,
  type SessionLayer,
} from 'holdfast';
import { Registry } from 'prom-client';
import type { GatewayFaults } from '../gateway-faults.ts';
import { BucketHistogram } from './bucket-histogram.ts';
import type { Webhooks } from '../webhooks/webhooks.ts';
import {
  addCounter,
  addGauge,
  addPlainCounter,
  addPlainGauge,
  type Collected,
  withZeros,
} from './collected.ts';
import type { LoopLag } from './loop-lag.ts';
import type { Seat } from '../sessions/seat.ts';
import { addStoreMetrics, type StoreSources } from './store-metrics.ts';
import { addRolloutMetrics, type RolloutSources } from './rollout-metrics.ts';
import { addProcessMetrics } from './process-metrics.ts';

/** Where the metrics are read from. */
export interface PrometheusSources {
  readonly layer: SessionLayer;
  readonly metrics: Metrics;
  readonly faults: GatewayFaults;
  readonly lag: LoopLag;
  /** Null where the application is not called: its metrics are there all the same. */
  readonly webhooks: Pick<Webhooks, 'results' | 'queued' | 'retries'> | null;
  readonly rollout: RolloutSources['rollout'];
  readonly store: StoreSources['store'];
  readonly seat: Pick<Seat, 'drift' | 'nodeCount' | 'isStoreAway'>;
}

const WORK_EDGES = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1];
const WAIT_EDGES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10, 20, 35];
const PING_EDGES = [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const refusals: readonly RefusalReason[] = [
  'unauthorized',
  'user-limit',
  'rate',
  'draining',
  'overload',
  'bad-frame',
];
/** Labels that are there from the start, at 0, so that a first occurrence shows as an increase. */
const zeros = {
  opened: ['opened', ...refusals],
  closed: Object.entries(closeCauses).flatMap(([cause, { by }]) =>
    by === 'refusal' ? [] : [cause],
  ),
  lost: ['overflow', 'too-large', 'expired', 'broadcast'],
  resumed: ['lossless', 'replayed', 'gap', 'ticket-invalid', 'ticket-spent'],
  hits: ['hit', 'denied', 'evicted', 'asked', 'taken-over'],
  evictions: ['evict-oldest', 'ask'],
  webhooks: ['delivered', 'refused', 'given-up', 'overflow', 'left'],
};

/**
 * The metrics of a gateway as Prometheus text. Counters are set from the fold over events, gauges
 * read from their sources, both of one instant; only what must be read from each session is older, by
 * the slices that it takes. A scrape changes nothing. No label is ever a user id.
 */
export class PrometheusText {
  readonly #registry: Registry = new Registry();
  readonly #sources: PrometheusSources;
  #gauges: Gauges;

  constructor(sources: PrometheusSources) {
    this.#sources = sources;
    this.#gauges = sources.layer.gauges();
    this.#addSessions();
    this.#addAdmission();
    this.#addEvents();
    this.#addWebhooks();
    this.#addHealth();
    const { store, metrics, seat } = sources;
    addStoreMetrics(this.#registry, { store, metrics, seat });
    addRolloutMetrics(this.#registry, sources);
    addProcessMetrics(this.#registry);
  }

  /** All metrics now. */
  async read(): Promise<string> {
    const { layer } = this.#sources;
    const surveyed = await layer.survey();
    // What is counted speaks of one instant: all of it is read and collected in this tick.
    this.#gauges = { ...surveyed, ...layer.counts() };
    return await this.#registry.metrics();
  }

  #addSessions(): void {
    const { metrics } = this.#sources;
    this.#gauge('holdfast_sessions_active', 'Sessions that hold a slot.', {
      label: 'state',
      read: () => {
        const { sessions } = this.#gauges;
        // Those that were opening as they were looked at may have left since.
        const opening = Math.min(this.#gauges.opening, sessions);
        return [
          ['opening', opening],
          ['live', sessions - opening],
        ];
      },
    });
    this.#plainGauge(
      'holdfast_sessions_overdue',
      'Sessions not heard of for longer than the heartbeat allows. Must be 0.',
      () => this.#gauges.overdue,
    );
    this.#plainGauge('holdfast_users_connected', 'Users with a session.', () => this.#gauges.users);
    this.#plainGauge(
      'holdfast_users_at_limit',
      'Users who hold all their slots.',
      () => this.#gauges.usersAtLimit,
    );
    this.#plainGauge(
      'holdfast_spared_sessions',
      'Sessions that would not be here, were their users not only observed.',
      () => this.#gauges.spared,
    );
    this.#counter('holdfast_sessions_opened_total', 'Newcomers by what became of them.', {
      label: 'result',
      read: () => withZeros(zeros.opened, metrics.openedByResult),
    });
    this.#counter('holdfast_sessions_closed_total', 'Sessions that ended, by cause.', {
      label: 'cause',
      read: () => withZeros(zeros.closed, metrics.closedByCause),
    });
  }

  #addAdmission(): void {
    const { metrics } = this.#sources;
    this.#counter('holdfast_limit_hits_total', 'Newcomers who found no free slot on arrival.', {
      label: 'action',
      read: () => withZeros(zeros.hits, metrics.limitHitsByAction),
    });
    this.#counter(
      'holdfast_pressure_reaps_total',
      'Reaps at admission that freed a slot, or found a dead session and did not free it.',
      {
        label: 'result',
        read: () => [
          ['successful', metrics.pressureReaps.successful],
          ['failed', metrics.pressureReaps.failed],
        ],
      },
    );
    this.#counter('holdfast_evictions_total', 'Living sessions ended for a newcomer, by policy.', {
      label: 'policy',
      read: () => withZeros(zeros.evictions, metrics.evictionsByPolicy),
    });
    this.#plainGauge(
      'holdfast_waiting',
      'Newcomers who wait for a slot, those among them who are asked.',
      () => this.#gauges.waiting,
    );
    this.#histogram(
      'holdfast_admission_duration_seconds',
      'Our work on a newcomer who got in, without waiting for peers.',
      { edges: WORK_EDGES, durations: metrics.admissionWork },
    );
    this.#histogram(
      'holdfast_admission_wait_seconds',
      'How long a newcomer who got in waited for a slot.',
      { edges: WAIT_EDGES, durations: metrics.admissionWait },
    );
  }

  #addEvents(): void {
    const { metrics } = this.#sources;
    this.#histogram('holdfast_ping_round_trip_seconds', 'From a ping to its pong.', {
      edges: PING_EDGES,
      durations: metrics.pingRoundTrip,
    });
    this.#counter(
      'holdfast_resume_total',
      'Positions brought back, by what came of them, and tickets that were ignored.',
      { label: 'outcome', read: () => withZeros(zeros.resumed, metrics.resumedByOutcome) },
    );
    this.#counter('holdfast_token_refreshes_total', 'Newer tokens brought by clients.', {
      label: 'result',
      read: () => Object.entries(metrics.refreshes),
    });
    this.#plainCounter(
      'holdfast_events_published_total',
      'Events appended to the logs of users.',
      () => metrics.published,
    );
    this.#counter('holdfast_events_lost_total', 'Events that somebody did not get, by reason.', {
      label: 'reason',
      read: () => withZeros(zeros.lost, metrics.lostByReason),
    });
    this.#plainGauge(
      'holdfast_unconfirmed_bytes',
      'Bytes written that no peer has confirmed yet.',
      () => this.#gauges.unconfirmedBytes,
    );
    this.#plainGauge(
      'holdfast_log_bytes',
      'Memory that the logs of users take, bytes.',
      () => this.#gauges.logBytes,
    );
  }

  #addWebhooks(): void {
    const { webhooks } = this.#sources;
    this.#counter('holdfast_webhooks_total', 'Calls of the application by what became of them.', {
      label: 'result',
      read: () => withZeros(zeros.webhooks, webhooks?.results ?? new Map()),
    });
    this.#plainCounter(
      'holdfast_webhook_retries_total',
      'Tries of a call that failed and were followed by another one.',
      () => webhooks?.retries ?? 0,
    );
    this.#plainGauge(
      'holdfast_webhooks_queued',
      'Calls of the application that wait or are under way.',
      () => webhooks?.queued ?? 0,
    );
  }

  #addHealth(): void {
    const { layer, metrics, faults, lag, seat } = this.#sources;
    this.#plainGauge('holdfast_sweep_up', '1 while the sweep runs.', () =>
      layer.health().cleanup.running ? 1 : 0,
    );
    this.#plainCounter('holdfast_sweep_runs_total', 'Sweeps.', () => metrics.sweep.runs);
    this.#plainCounter(
      'holdfast_sweep_failures_total',
      'Sweeps that failed.',
      () => metrics.sweep.failures,
    );
    this.#plainGauge(
      'holdfast_registry_drift',
      'What the last audit found at odds with the registry, and users about whom the nodes and their store may not agree. Must be 0.',
      () => this.#gauges.drift + seat.drift,
    );
    this.#counter('holdfast_faults_total', 'Internal failures, by place.', {
      label: 'where',
      read: () => [...layer.faultCounts(), ...faults.counts()],
    });
    this.#plainGauge(
      'holdfast_event_loop_lag_seconds',
      'How late the event loop was at its worst within the last 30 to 60 seconds.',
      () => lag.worstSeconds,
    );
  }

  #counter(name: string, help: string, counts: LabelledCounts): void {
    addCounter(this.#registry, { name, help, ...counts });
  }

  #plainCounter(name: string, help: string, read: () => number): void {
    addPlainCounter(this.#registry, { name, help, read });
  }

  #gauge(name: string, help: string, counts: LabelledCounts): void {
    addGauge(this.#registry, { name, help, ...counts });
  }

  #plainGauge(name: string, help: string, read: () => number): void {
    addPlainGauge(this.#registry, { name, help, read });
  }

  #histogram(
    name: string,
    help: string,
    {
      edges,
      durations,
    }: Pick<ConstructorParameters<typeof BucketHistogram>[0], 'edges' | 'durations'>,
  ): void {
    this.#registry.registerMetric(new BucketHistogram({ name, help, edges, durations }));
  }
}

type LabelledCounts = Pick<Collected, 'label' | 'read'>;
