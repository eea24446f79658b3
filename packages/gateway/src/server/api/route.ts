import type { z } from 'zod';
import type { ApiParts } from './api-parts.ts';

/** Named fields of a body or a query, and no others. */
export type Fields = z.ZodObject;

/** What a handler is called with. Path, query and body have been checked. */
export interface Call<Query, Body> {
  readonly api: ApiParts;
  /** The `{user}` of the path; empty in a path without one. */
  readonly userId: string;
  /** The `{id}` or `{node}` of the path; empty in a path without one. */
  readonly id: string;
  readonly query: Query;
  readonly body: Body;
  /** Aborted when whoever asked has gone. */
  readonly signal: AbortSignal;
}

/** One possible answer of a route. Problems are described once for all routes. */
export interface Answer {
  readonly description: string;
  /** Absent for an answer without a JSON body. */
  readonly schema?: z.ZodType;
  readonly contentType?: string;
}

/** One operation of the HTTP API: what serves it, and all that OpenAPI says of it. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** As OpenAPI writes it; `{user}`, `{id}` or `{node}` is a whole segment, or stands before a `:verb`. */
  readonly path: string;
  /** Whether it takes the admin token. */
  readonly access: 'admin' | 'open';
  readonly summary: string;
  readonly query: Fields;
  readonly body: Fields;
  readonly answers: Readonly<Record<number, Answer>>;
  /** Statuses of the problems it answers, besides those every route of its access may answer. */
  readonly problems: readonly number[];
  readonly handle: (call: Call<never, never>) => Response | Promise<Response>;
}

/** A route as it is written down: what it does not say is empty. */
export interface RouteDefinition<Query extends Fields, Body extends Fields>
  extends Pick<Route, 'method' | 'path' | 'summary' | 'answers'> {
  readonly access?: Route['access'];
  readonly query?: Query;
  readonly body?: Body;
  readonly problems?: Route['problems'];
  readonly handle: (call: Call<z.infer<Query>, z.infer<Body>>) => Response | Promise<Response>;
}
