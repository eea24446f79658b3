import { z } from 'zod';
import type { Fields, Route, RouteDefinition } from './route.ts';

type Nothing = z.ZodObject<z.core.$ZodLooseShape, z.core.$strict>;

const nothing: Nothing = z.strictObject({});

/** Makes a route of a definition; takers of the admin token unless it says `open`. */
export function defineRoute<Query extends Fields = Nothing, Body extends Fields = Nothing>(
  definition: RouteDefinition<Query, Body>,
): Route {
  const { access = 'admin', query = nothing, body = nothing, problems = [] } = definition;
  const handle = definition.handle as Route['handle'];
  return { ...definition, access, query, body, problems, handle };
}

/** An answer in JSON. It is never cached. */
export function jsonResponse(status: number, value: unknown): Response {
  return new Response(JSON.stringify(value), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  });
}
