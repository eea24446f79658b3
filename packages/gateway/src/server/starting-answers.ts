import { Registry } from 'prom-client';
import { jsonResponse } from './api/define-route.ts';
import { pathOfTarget } from './connections/request-head.ts';
import type { Ground } from './ground.ts';
import { reportStarting } from './health-report.ts';
import { createProblem, problemResponse } from './http/problem.ts';
import { addCounter } from './metrics/collected.ts';
import { addProcessMetrics } from './metrics/process-metrics.ts';
import { addStoreMetrics } from './metrics/store-metrics.ts';

/** Somebody who comes too early is to come back after this time, s. */
const RETRY_AFTER = { 'retry-after': '1' };

/** What is told of nodes before this is one. */
const noSeat = { nodeCount: 0, drift: 0, isStoreAway: true };

/**
 * Answers requests while there are no sessions yet, because the store does not answer: how the gateway is, and that
 * everybody else is too early.
 */
export function createStartingAnswers(
  ground: Ground,
): (request: Request) => Response | Promise<Response> {
  const registry = new Registry();
  const { store, metrics, faults } = ground;
  addStoreMetrics(registry, { store, metrics, seat: noSeat });
  addCounter(registry, {
    name: 'holdfast_faults_total',
    help: 'Internal failures, by place.',
    label: 'where',
    read: () => faults.counts(),
  });
  addProcessMetrics(registry);
  return async (request) => {
    switch (pathOfTarget(request.url)) {
      case '/healthz':
        return jsonResponse(200, reportStarting(ground));
      case '/metrics':
        return new Response(await registry.metrics(), {
          headers: {
            'content-type': 'text/plain; version=0.0.4; charset=utf-8',
            'cache-control': 'no-store',
          },
        });
      default: {
        const { readiness } = ground.state;
        const detail =
          'Expected a gateway that has begun; this one waits for its store. Come back soon.';
        return problemResponse(createProblem(503, readiness, detail), RETRY_AFTER);
      }
    }
  };
}
