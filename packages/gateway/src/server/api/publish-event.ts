import { createProblem, problemResponse } from '../http/problem.ts';
import type { ApiParts } from './api-parts.ts';
import { jsonResponse } from './define-route.ts';

/** An event as the body of a request says it. */
export interface EventOrder {
  readonly event: string;
  readonly data?: unknown;
  readonly critical?: boolean | undefined;
  /** A repeated call with the same one is published once. */
  readonly id?: string | undefined;
  /** Only for this session of the user, and those that resumed from it. */
  readonly session?: string | undefined;
  /** For how long it is good, ms. */
  readonly ttl?: number | undefined;
  /** How long to wait for what becomes of it. The signal is aborted when whoever waits has gone. */
  readonly wait: { readonly waitMs: number; readonly signal: AbortSignal } | null;
}

/** Publishes an event; the answer is what is true right afterwards, or what became of it by the end of the wait. */
export async function publishEvent(
  api: ApiParts,
  userId: string,
  order: EventOrder,
): Promise<Response> {
  const overloaded = refuseOverload(api);
  if (overloaded !== null) return overloaded;
  const { event, data = null, critical = false, id, session, ttl, wait } = order;
  if (session !== undefined && !(await api.sessions.hasSession(userId, session))) {
    const detail =
      'Expected `session` to be a session of this user that is not over, or that came back.';
    return problemResponse(createProblem(404, 'unknown-session', detail));
  }
  const input = { event, data, critical };
  const options = {
    ...(id !== undefined && { id }),
    ...(session !== undefined && { session }),
    ...(ttl !== undefined && { ttlMs: ttl }),
  };
  if (wait === null) return jsonResponse(202, await api.sessions.publish(userId, input, options));
  const receipted = await api.sessions.publishAndWait(userId, input, { ...options, ...wait });
  return jsonResponse(200, receipted);
}

/** The answer to whoever publishes while the memory is nearly full; null while it is not. */
export function refuseOverload(api: ApiParts): Response | null {
  const retryMs = api.overloadRetryMs();
  if (retryMs === null) return null;
  const detail = 'Expected more free memory. Nothing was published; come back later.';
  const headers = { 'retry-after': String(Math.ceil(retryMs / 1000)) };
  return problemResponse(createProblem(503, 'overload', detail), headers);
}
