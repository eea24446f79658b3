import { z } from 'zod';
import { createProblem, problemResponse } from '../http/problem.ts';
import type { ApiParts } from './api-parts.ts';
import { defineRoute, jsonResponse } from './define-route.ts';
import type { Route } from './route.ts';
import { shapes } from './shapes.ts';

const count = z.number().int().min(0);

const nodeView = z.object({
  name: z.string(),
  state: z.enum(['ready', 'starting', 'draining']),
  sessions: count,
  startedAt: z.number().describe('milliseconds since 1970'),
});

function viewNode({ layer, readiness, node }: ApiParts): z.infer<typeof nodeView> {
  const { sessions } = layer.gauges();
  return { name: layer.node, state: readiness(), sessions, startedAt: node.startedAt };
}

const nodes: Route = defineRoute({
  method: 'GET',
  path: '/api/v1/nodes',
  summary: 'List the nodes',
  query: z.strictObject({ limit: shapes.limit }),
  answers: {
    200: {
      description: 'The nodes; `count` is the total',
      schema: z.object({ count, nodes: z.array(nodeView) }),
    },
  },
  handle: ({ api, query: { limit } }) => {
    const all = [viewNode(api)];
    return jsonResponse(200, { count: all.length, nodes: all.slice(0, limit) });
  },
});

const drain: Route = defineRoute({
  method: 'POST',
  path: '/api/v1/nodes/{node}:drain',
  summary: 'Let a node go without loss: its sessions are told when to come back, then it ends',
  problems: [404],
  answers: {
    202: {
      description: 'It has begun, or was under way; over within `withinMs` and a second',
      schema: nodeView.extend({ withinMs: count.describe('the drain time, milliseconds') }),
    },
  },
  handle: ({ api, id }) => {
    if (id !== api.layer.node) {
      const detail = 'Expected the name of this node: `GET /api/v1/nodes` lists it.';
      return problemResponse(createProblem(404, 'unknown-node', detail));
    }
    const { sessions } = viewNode(api);
    api.node.drain();
    const view = { ...viewNode(api), sessions, withinMs: api.node.drainTimeoutMs };
    const response = jsonResponse(202, view);
    // The connection would stand open for another request, and the end would wait for it.
    response.headers.set('connection', 'close');
    return response;
  },
});

/** Routes about the processes that serve. */
export const nodeRoutes: readonly Route[] = [nodes, drain];
