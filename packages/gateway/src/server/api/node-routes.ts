import { z } from 'zod';
import { createProblem, problemResponse } from '../http/problem.ts';
import { defineRoute, jsonResponse } from './define-route.ts';
import type { Route } from './route.ts';
import { shapes } from './shapes.ts';

const count = z.number().int().min(0);

const nodeView = z.object({
  name: z.string(),
  url: z.string().describe('where operators reach it'),
  state: z
    .enum(['ready', 'starting', 'draining', 'silent'])
    .describe('silent: it has not answered; it is gone when its lease is over'),
  sessions: count.nullable(),
  startedAt: z.number().nullable().describe('milliseconds since 1970'),
  here: z.boolean().describe('whether it is the node that answers'),
  leaseMs: z
    .number()
    .nullable()
    .describe(
      'how long the others still take it for alive without a word of it; null without a store',
    ),
});

const nodes: Route = defineRoute({
  method: 'GET',
  path: '/api/v1/nodes',
  summary: 'List the nodes that share their users',
  query: z.strictObject({ limit: shapes.limit }),
  problems: [503],
  answers: {
    200: {
      description: 'The nodes; `count` is the total',
      schema: z.object({ count, nodes: z.array(nodeView) }),
    },
  },
  handle: async ({ api, query: { limit } }) => {
    const all = await api.sessions.nodes();
    return jsonResponse(200, { count: all.length, nodes: all.slice(0, limit) });
  },
});

const drain: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/nodes/{node}:drain',
  summary: 'Let a node go without loss: its sessions are told when to come back, then it ends',
  problems: [404, 503],
  answers: {
    202: {
      description: 'It has begun, or was under way; over within `withinMs` and a second',
      schema: nodeView.extend({ withinMs: count.describe('the drain time, milliseconds') }),
    },
  },
  handle: async ({ api: { sessions }, id }) => {
    const begun = await sessions.drainNode(id);
    if (begun === null) {
      const detail = 'Expected the name of a node: `GET /api/v1/nodes` lists them.';
      return problemResponse(createProblem(404, 'unknown-node', detail));
    }
    const response = jsonResponse(202, begun);
    // The connection would stand open for another request, and the end of this node would wait for it.
    if (id === sessions.node) response.headers.set('connection', 'close');
    return response;
  },
});

/** Routes about the processes that serve. */
export const nodeRoutes: readonly Route[] = [nodes, drain];
