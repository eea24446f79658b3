import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { createProblem, problemResponse } from './problem.ts';

/** Answers a request; never throws, never rejects. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** What serves requests as a function of the fetch standard does. */
export interface FetchServing {
  readonly fetch: Parameters<typeof getRequestListener>[0];
  readonly host: string;
  readonly onFault: (error: unknown) => void;
}

/** Serves the requests of a server by a function from request to response. */
export function serveFetch({ fetch, host, onFault }: FetchServing): Answer {
  const listener = getRequestListener(fetch, {
    overrideGlobalObjects: false,
    hostname: host,
    errorHandler: (error) => refuseRequest(error, onFault),
  });
  return async (request, response) => {
    try {
      await listener(request, response);
    } catch (error) {
      onFault(error);
      response.destroy();
    }
  };
}

/** What came is no request that can be answered: a broken host name, a broken target. */
function refuseRequest(error: unknown, onFault: FetchServing['onFault']): Response {
  const isTheirs = error instanceof Error && error.name === 'RequestError';
  if (!isTheirs) onFault(error);
  return problemResponse(
    isTheirs
      ? createProblem(400, 'bad-request', 'Expected a request target and a Host as in RFC 9112.')
      : createProblem(500, 'internal', 'Expected the gateway to serve this; it failed.'),
  );
}
