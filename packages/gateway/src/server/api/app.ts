import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { pathOfTarget, queryOfTarget } from '../connections/request-head.ts';
import { readJsonBody } from '../http/json-body.ts';
import { parsePathUser } from '../http/path-user.ts';
import { createProblem, problemResponse } from '../http/problem.ts';
import type { ApiParts } from './api-parts.ts';
import { entranceRoutes } from './entrance-routes.ts';
import { nodeRoutes } from './node-routes.ts';
import { operationRoutes } from './operation-routes.ts';
import { rolloutRoutes } from './rollout-routes.ts';
import { readFields, readQuery } from './read-fields.ts';
import type { Call, Route } from './route.ts';
import { answerStoreError } from './store-problem.ts';
import { usageProblemOf } from './usage-problem.ts';
import { userRoutes } from './user-routes.ts';

/** The HTTP API as a function from request to response; its requests may come without a port. */
export type ApiApp = Hono<{ Bindings: Partial<HttpBindings> }>;

/** Every route of this version, in the order of the description. */
export function allRoutes(version: string): readonly Route[] {
  const others = [...userRoutes, ...operationRoutes, ...nodeRoutes, ...rolloutRoutes];
  return [...others, ...entranceRoutes(others, version)];
}

/**
 * Makes the HTTP API. Paths are matched as they stand in the request line, undecoded, so that no
 * encoding of a user id can lead to another route.
 */
export function createApp(
  api: ApiParts,
  routes: readonly Route[] = allRoutes(api.version),
): ApiApp {
  const app: ApiApp = new Hono({
    getPath: (request, options) => pathOfTarget(targetOf(request, options?.env)),
  });
  const paths = new Set(routes.map(({ path }) => path));
  for (const path of paths) {
    const here = routes.filter((route) => route.path === path);
    for (const route of here) {
      app.on(route.method, patternOf(path), async ({ req, env }) => {
        return await answerRoute(api, route, { request: req.raw, target: targetOf(req.raw, env) });
      });
    }
    app.all(patternOf(path), () => refuseMethod(here));
  }
  app.notFound(() => {
    const detail = 'Expected a path of this API: see /openapi.json.';
    return problemResponse(createProblem(404, 'not-found', detail));
  });
  app.onError((error) => {
    const problem = usageProblemOf(error, api.sessions.isOver);
    if (problem !== null) return problemResponse(problem);
    const unavailable = answerStoreError(error);
    if (unavailable !== null) return unavailable;
    api.onThrow(error);
    const detail = 'Expected the gateway to serve this; it failed. Its log says why.';
    return problemResponse(createProblem(500, 'internal', detail));
  });
  return app;
}

interface Arrival {
  readonly request: Request;
  /** As it stands in the request line. */
  readonly target: string;
}

async function answerRoute(api: ApiParts, route: Route, arrival: Arrival): Promise<Response> {
  const { request, target } = arrival;
  if (route.access === 'admin' && !api.isAdmin(request.headers.get('authorization') ?? '').ok) {
    const detail = 'Expected `Authorization: Bearer ADMIN` with the admin token of this gateway.';
    const headers = { 'www-authenticate': 'Bearer realm="holdfast"' };
    return problemResponse(createProblem(401, 'unauthorized', detail), headers);
  }
  const named = readPath(route.path, pathOfTarget(target));
  if (!named.ok) return problemResponse(createProblem(400, 'bad-user', named.detail));
  const query = readQuery(route.query, queryOfTarget(target));
  if (!query.ok) return problemResponse(query.problem);
  const body = await readBody(route, request);
  if (!body.ok) return problemResponse(body.problem);
  const call: Call<unknown, unknown> = {
    api,
    ...named,
    query: query.fields,
    body: body.fields,
    // Made when it is asked for: few routes wait for anything.
    get signal() {
      return request.signal;
    },
  };
  return await route.handle(call as Call<never, never>);
}

async function readBody(route: Route, request: Request): Promise<ReturnType<typeof readFields>> {
  if (route.method === 'GET' || route.method === 'DELETE') return { ok: true, fields: {} };
  const read = await readJsonBody(request);
  return read.ok ? readFields(route.body, read.body, 'body') : read;
}

type NamedByPath =
  | { readonly ok: true; readonly userId: string; readonly id: string }
  | { readonly ok: false; readonly detail: string };

/** What the path names; a `:verb` behind the name is cut off, at the last colon that is not encoded. */
function readPath(template: string, path: string): NamedByPath {
  const places = template.split('/');
  const named = places.findIndex((place) => place.startsWith('{'));
  if (named === -1) return { ok: true, userId: '', id: '' };
  const [, kind, verb = ''] = /^\{(\w+)\}(:\w+)?$/.exec(places[named] ?? '') ?? [];
  const segment = path.split('/')[named] ?? '';
  const name = segment.slice(0, segment.length - verb.length);
  if (kind !== 'user') return { ok: true, userId: '', id: name };
  const user = parsePathUser(name);
  return user.ok ? { ok: true, userId: user.userId, id: '' } : user;
}

function refuseMethod(routes: readonly Route[]): Response {
  const methods = routes.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method]));
  const allow = methods.join(', ');
  const detail = `Expected one of the methods ${allow} at this path.`;
  return problemResponse(createProblem(405, 'method-not-allowed', detail), { allow });
}

/** `/users/{user}:revoke` as hono writes it: `/users/:user{[^/]+:revoke}`. */
function patternOf(path: string): string {
  return path.replace(/\{(\w+)\}(:\w+)?/g, (_, name: string, verb: string | undefined) =>
    verb === undefined ? `:${name}` : `:${name}{[^/]+${verb}}`,
  );
}

function targetOf(request: Request, env: Partial<HttpBindings> | undefined): string {
  return env?.incoming?.url ?? request.url;
}
