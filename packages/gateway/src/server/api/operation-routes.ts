import { sortKeys, type SortOrder } from 'holdfast';
import { z } from 'zod';
import { createProblem, problemResponse } from '../http/problem.ts';
import { defineRoute, jsonResponse } from './define-route.ts';
import { refuseOverload } from './publish-event.ts';
import type { Route } from './route.ts';
import { shapes } from './shapes.ts';

const count = z.number().int().min(0);
const amount = z.number().min(0);
const latency = z.object({ p50: amount, p99: amount, max: amount });

const scope = z
  .enum(['node', 'cluster'])
  .default('cluster')
  .describe('node for this node alone, or cluster for all that share their users');

const sortOrders = sortKeys.flatMap((key): SortOrder[] => [key, `-${key}`]);

const listQuery = z.strictObject({
  state: z.enum(['opening', 'live']).optional().describe('opening or live'),
  sort: z
    .enum(sortOrders)
    .optional()
    .describe(`one of ${sortKeys.join(', ')}, with a minus before it for the largest first`),
  limit: shapes.limit,
  scope,
});

const statsQuery = z.strictObject({ scope });

const broadcastBody = z.strictObject({ event: shapes.eventName, data: shapes.data });

const sessions: Route = defineRoute({
  method: 'GET',
  path: '/api/v1/sessions',
  summary: 'List sessions of all users',
  query: listQuery,
  problems: [503],
  answers: {
    200: {
      description: 'The sessions; `count` is the total',
      schema: z.object({
        count,
        sessions: z.array(shapes.sessionView.extend({ user: z.string() })),
        silent: shapes.silent,
      }),
    },
  },
  handle: async ({ api: { sessions: all }, query: { scope: which, ...options } }) =>
    jsonResponse(200, await all.list(which, options)),
});

const reapAll: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/sessions:reap',
  summary: 'End the dead sessions of all users, and no others',
  problems: [503],
  answers: { 200: { description: 'Those that were ended', schema: shapes.reaped } },
  handle: async ({ api: { sessions: all } }) => jsonResponse(200, await all.reapAll()),
});

const broadcast: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/broadcast',
  summary: 'Publish an event to every user who has a session',
  body: broadcastBody,
  problems: [503],
  answers: {
    202: {
      description: 'Whom it went to; without those whose log it was too large for (`overflow`)',
      schema: z.object({ users: count, sessions: count, outcome: shapes.outcome }),
    },
  },
  handle: async ({ api, body: { event, data = null } }) =>
    refuseOverload(api) ?? jsonResponse(202, await api.sessions.broadcast({ event, data })),
});

const stats: Route = defineRoute({
  method: 'GET',
  path: '/api/v1/stats',
  summary: 'Numbers in the words of the seed document, recounted at the moment of asking',
  query: statsQuery,
  problems: [503],
  answers: {
    200: {
      description: 'The numbers',
      schema: z.object({
        background_cleanup_task_started: z.boolean(),
        background_cleanup_failures: count,
        emergency_cleanup_triggers: count,
        successful_emergency_cleanups: count,
        failed_emergency_cleanups: count,
        managers_created_per_minute: count,
        managers_cleaned_up_per_minute: count,
        resource_limit_hits: count,
        users_at_manager_limit: count,
        average_managers_per_user: amount,
        max_concurrent_managers: count,
        managers_active: count,
        managers_created: count,
        managers_cleaned_up: count,
        oldest_manager_age_ms: amount,
        cleanup_interval_ms: count,
        environment: z.string(),
        creation_latency_ms: latency,
        admission_wait_ms: latency,
        nodes: count,
        silent: shapes.silent,
      }),
    },
  },
  handle: async ({ api: { sessions: all }, query: { scope: which } }) =>
    jsonResponse(200, await all.stats(which)),
});

const health: Route = defineRoute({
  method: 'GET',
  path: '/healthz',
  access: 'open',
  summary: 'How the gateway is',
  answers: {
    200: {
      description: '`ok`, or `degraded` with what is wrong',
      schema: z.object({
        status: z.enum(['ok', 'degraded', 'failed']),
        faults: z.array(
          z.object({ where: z.string(), since: amount, error: z.string(), do: z.string() }),
        ),
        cleanup: z.object({
          running: z.boolean(),
          lastRunMsAgo: amount.nullable(),
          intervalMs: count,
          failures: count,
        }),
      }),
    },
    503: { description: '`failed`' },
  },
  handle: ({ api }) => {
    const report = api.health();
    return jsonResponse(report.status === 'failed' ? 503 : 200, report);
  },
});

const ready: Route = defineRoute({
  method: 'GET',
  path: '/readyz',
  access: 'open',
  summary: 'Whether newcomers are let in',
  problems: [503],
  answers: {
    200: { description: 'They are', schema: z.object({ status: z.literal('ready') }) },
  },
  handle: ({ api }) => {
    const readiness = api.readiness();
    if (readiness === 'ready') return jsonResponse(200, { status: 'ready' });
    const state = readiness === 'store-unavailable' ? 'without its store' : readiness;
    const detail = `Expected a gateway that lets newcomers in; this one is ${state}.`;
    return problemResponse(createProblem(503, readiness, detail), { 'retry-after': '1' });
  },
});

const metricsText: Route = defineRoute({
  method: 'GET',
  path: '/metrics',
  access: 'open',
  summary: 'Metrics as Prometheus text',
  answers: { 200: { description: 'The metrics', contentType: 'text/plain' } },
  handle: async ({ api }) =>
    new Response(await api.scrape(), {
      headers: {
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
        'cache-control': 'no-store',
      },
    }),
});

/** Routes about all users, and about the gateway itself. */
export const operationRoutes: readonly Route[] = [
  sessions,
  reapAll,
  broadcast,
  stats,
  health,
  ready,
  metricsText,
];
