import { z } from 'zod';
import { stages } from '../rollout/rollout.ts';
import type { ApiParts } from './api-parts.ts';
import { defineRoute, jsonResponse } from './define-route.ts';
import type { Route } from './route.ts';
import { shapes } from './shapes.ts';

const count = z.number().int().min(0);
const amount = z.number().min(0);

const cause = z.object({
  trigger: z.enum(['creation-latency', 'sweep', 'memory']),
  measured: amount.describe('milliseconds, failures in a row, or bytes'),
  threshold: amount,
  samples: count,
  standsForMs: amount,
});

const rolloutView = z.object({
  stage: z.enum(stages),
  percent: amount,
  limit: count.describe('what each user may hold where it is enforced'),
  interimLimit: count
    .nullable()
    .describe('the limit after a roll-back; null while none is in force'),
  provider: z.string().nullable().describe('null: by the percentage'),
  guard: z.object({
    armed: z.boolean(),
    latencyMs: amount,
    sweepFailures: count,
    memoryGrowthBytes: count,
    standMs: amount,
  }),
  wouldRefuse: z.record(z.string(), count).describe('newcomers, by reason'),
  wouldReap: z.record(z.string(), count).describe('sessions, by cause'),
  rollbacks: z.record(z.string(), count).describe('by what pulled the trigger'),
  steps: z
    .array(
      z.object({
        at: z.number().describe('milliseconds since 1970'),
        by: z.enum(['operator', 'guard']),
        action: z.enum(['set', 'back']),
        from: amount,
        to: amount,
        why: z.string().nullable(),
        cause: cause.nullable(),
      }),
    )
    .describe('newest first'),
});

function view({ limit, metrics, rollout, guardRules }: ApiParts): z.infer<typeof rolloutView> {
  const { stage, percent, interimLimit, steps, providerName } = rollout;
  return {
    stage,
    percent,
    limit,
    interimLimit,
    provider: providerName,
    guard: { armed: rollout.isGuarded, ...guardRules },
    wouldRefuse: Object.fromEntries(metrics.wouldRefuseByReason),
    wouldReap: Object.fromEntries(metrics.wouldReapByCause),
    rollbacks: Object.fromEntries(rollout.rollbacks),
    steps: [...steps],
  };
}

const answers = { 200: { description: 'Where the rollout stands', schema: rolloutView } };

const status: Route = defineRoute({
  method: 'GET',
  path: '/api/v1/rollout',
  summary: 'For whom limit and clean-up are enforced, and what they would do to the others',
  answers,
  handle: ({ api }) => jsonResponse(200, view(api)),
});

const set: Route = defineRoute({
  method: 'PUT',
  path: '/api/v1/rollout',
  summary: 'Enforce limit and clean-up for so many percent of the users; nobody is ended by it',
  body: z.strictObject({
    percent: z
      .number()
      .min(0)
      .max(100)
      .refine((percent) => Number.isInteger(Math.round(percent * 1e6) / 1e4))
      .describe('a percentage from 0 to 100 with at most two decimals'),
    reason: shapes.reason,
  }),
  problems: [409],
  answers,
  handle: ({ api, body: { percent, reason = null } }) => {
    api.rollout.set(percent, reason);
    return jsonResponse(200, view(api));
  },
});

const back: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/rollout:back',
  summary: 'Roll back: enforce nothing any more, up to the interim limit',
  body: z.strictObject({ reason: shapes.reason }),
  problems: [409],
  answers,
  handle: ({ api, body: { reason = null } }) => {
    api.rollout.back(reason);
    return jsonResponse(200, view(api));
  },
});

/** Routes about the rollout. */
export const rolloutRoutes: readonly Route[] = [status, set, back];
