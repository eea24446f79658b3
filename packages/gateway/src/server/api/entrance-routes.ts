import { WEBSOCKET_PATH } from '../connections/upgrade-decision.ts';
import { createProblem, problemResponse } from '../http/problem.ts';
import { defineRoute, jsonResponse } from './define-route.ts';
import { describeApi } from './open-api.ts';
import type { Route } from './route.ts';

const welcome = `Holdfast gateway

WebSocket   ${WEBSOCKET_PATH}
HTTP API    /api/v1/ (Authorization: Bearer ADMIN), described at /openapi.json
Health      /healthz  /readyz  /metrics
`;

const root: Route = defineRoute({
  method: 'GET',
  path: '/',
  access: 'open',
  summary: 'Where to find what',
  answers: { 200: { description: 'A few lines of text', contentType: 'text/plain' } },
  handle: () => new Response(welcome, { headers: { 'content-type': 'text/plain; charset=utf-8' } }),
});

const websocket: Route = defineRoute({
  method: 'GET',
  path: WEBSOCKET_PATH,
  access: 'open',
  summary: 'Open a WebSocket: the upgrade is described in PROTOCOL.md',
  problems: [426],
  answers: { 101: { description: 'The WebSocket is open' } },
  handle: () => {
    const detail = 'Expected a WebSocket upgrade as in RFC 6455, version 13.';
    const headers = { upgrade: 'websocket', connection: 'upgrade' };
    return problemResponse(createProblem(426, 'upgrade-required', detail), headers);
  },
});

/** Routes that lead into the house; the description is of all routes, itself included. */
export function entranceRoutes(others: readonly Route[], version: string): readonly Route[] {
  const description: Route = defineRoute({
    method: 'GET',
    path: '/openapi.json',
    access: 'open',
    summary: 'This description (OpenAPI 3.1)',
    answers: { 200: { description: 'OpenAPI 3.1', contentType: 'application/json' } },
    handle: () => jsonResponse(200, document),
  });
  const own = [root, websocket, description];
  const document = describeApi([...others, ...own], version);
  return own;
}
