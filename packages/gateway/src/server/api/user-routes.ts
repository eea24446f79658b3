import { z } from 'zod';
import { createProblem, problemResponse } from '../http/problem.ts';
import { defineRoute, jsonResponse } from './define-route.ts';
import { publishEvent } from './publish-event.ts';
import type { Route } from './route.ts';
import { shapes } from './shapes.ts';

const count = z.number().int().min(0);

const eventBody = z.strictObject({
  event: shapes.eventName,
  data: shapes.data,
  critical: z.boolean().optional().describe('true or false'),
  id: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('a name of 1 to 256 characters by which a repeated call is recognised'),
  session: z.string().min(1).max(128).optional().describe('the id of one session of this user'),
  ttl: shapes.ttl,
});

const eventQuery = z.strictObject({ wait: shapes.wait });

const listQuery = z.strictObject({ limit: shapes.limit });

const closeBody = z.strictObject({
  exclude: z
    .array(z.string())
    .max(1000)
    .optional()
    .describe('a list of at most 1000 ids of sessions that stay'),
  reason: shapes.reason,
});

const revokeBody = z.strictObject({
  jti: z
    .string()
    .min(1)
    .max(128)
    .optional()
    .describe('the id of one token; without it all tokens issued up to now are revoked'),
  reason: shapes.reason,
});

const limitBody = z.strictObject({
  limit: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .nullable()
    .describe('a whole number from 1 to 1000, or null to lift the limit of this user'),
});

const published = z.object({ epoch: z.string(), offset: count, sessions: count });

const events: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/users/{user}/events',
  summary: 'Publish an event to all sessions of a user, or to one of them',
  query: eventQuery,
  body: eventBody,
  problems: [404, 503],
  answers: {
    200: {
      description: 'With `wait`: what became of the event, as far as it is known by then',
      schema: published.extend({ outcome: shapes.receiptOutcome }),
    },
    202: {
      description: 'Queued, or too large for the log of a user (`overflow`)',
      schema: published.extend({ outcome: shapes.outcome }),
    },
  },
  handle: (call) => {
    const waitMs = call.query.wait;
    const wait = waitMs === undefined ? null : { waitMs, signal: call.signal };
    return publishEvent(call.api, call.userId, { ...call.body, wait });
  },
});

const list: Route = defineRoute({
  method: 'GET',
  path: '/api/v1/users/{user}/sessions',
  summary: 'List the sessions of a user, oldest first',
  query: listQuery,
  problems: [503],
  answers: {
    200: {
      description: 'The sessions; `count` is the total',
      schema: z.object({
        user: z.string(),
        limit: count,
        count,
        waiting: count,
        sessions: z.array(shapes.sessionView),
        silent: shapes.silent,
      }),
    },
  },
  handle: async ({ api: { sessions }, userId, query }) =>
    jsonResponse(200, { user: userId, ...(await sessions.overview(userId, query.limit)) }),
});

const reap: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/users/{user}/sessions:reap',
  summary: 'End the dead sessions of a user, and no others',
  problems: [503],
  answers: { 200: { description: 'Those that were ended', schema: shapes.reaped } },
  handle: async ({ api: { sessions }, userId }) =>
    jsonResponse(200, await sessions.reapUser(userId)),
});

const close: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/users/{user}/sessions:close',
  summary: 'End the sessions of a user, the living too',
  body: closeBody,
  problems: [503],
  answers: { 200: { description: 'Those that were ended', schema: shapes.closed } },
  handle: async ({ api: { sessions }, userId, body: { exclude = [], reason } }) => {
    const note = reason === undefined ? {} : { note: reason };
    return jsonResponse(200, await sessions.closeUser(userId, { exclude, ...note }));
  },
});

const revoke: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/users/{user}:revoke',
  summary: 'Revoke the tokens of a user and end the sessions opened with them',
  body: revokeBody,
  problems: [409, 503],
  answers: { 200: { description: 'The sessions that were ended', schema: shapes.closed } },
  handle: async ({ api: { sessions }, userId, body: { jti, reason } }) =>
    jsonResponse(200, await sessions.revoke({ userId, jti, note: reason })),
});

const setLimit: Route = defineRoute({
  method: 'PUT',
  path: '/api/v1/users/{user}/limit',
  summary: 'Set or lift the limit of one user; nobody is ended by it',
  body: limitBody,
  problems: [409, 503],
  answers: {
    200: {
      description: 'The limit in force from now on',
      schema: z.object({ user: z.string(), limit: count }),
    },
  },
  handle: async ({ api: { sessions }, userId, body: { limit } }) =>
    jsonResponse(200, { user: userId, limit: await sessions.setLimit(userId, limit) }),
});

const closeOne: Route = defineRoute({
  method: 'DELETE',
  path: '/api/v1/sessions/{id}',
  summary: 'End one session',
  problems: [404, 503],
  answers: { 204: { description: 'It was ended' } },
  handle: async ({ api: { sessions }, id }) => {
    if (await sessions.close(id)) return new Response(null, { status: 204 });
    const detail = 'Expected the id of a session that is not over. List the sessions to see ids.';
    return problemResponse(createProblem(404, 'unknown-session', detail));
  },
});

/** Routes about one user or one session. */
export const userRoutes: readonly Route[] = [events, list, reap, close, revoke, setLimit, closeOne];
