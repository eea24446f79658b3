import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import type { PortCalls, PublishedEvent } from './port-calls.ts';

/** A status and what to say with it; 404 for a call the port does not have. */
interface CallAnswer {
  readonly status: number;
  readonly body: object;
}

const missing: CallAnswer = { status: 404, body: { code: 'not-found' } };
const userCall = /^\/api\/v1\/users\/([^/:?]+)(\/events|\/sessions(?::reap|:close)?)(?:\?|$)/;

/** Answers the HTTP calls of a deployment out of those that a port has. */
export function callsListener(calls: PortCalls, adminToken: string): RequestListener {
  return (request, response) => {
    answer(calls, { request, adminToken }).then(
      (given) => send(response, given),
      (error: unknown) => send(response, { status: 500, body: { detail: String(error) } }),
    );
  };
}

interface Asked {
  readonly request: IncomingMessage;
  readonly adminToken: string;
}

async function answer(calls: PortCalls, { request, adminToken }: Asked): Promise<CallAnswer> {
  const { method = '', url = '', headers } = request;
  if (url === '/healthz') return { status: 200, body: calls.health() };
  if (headers.authorization !== `Bearer ${adminToken}`) return { status: 401, body: {} };
  if (url === '/api/v1/stats') return calls.stats ? done(calls.stats()) : missing;
  const [, user = '', call = ''] = userCall.exec(url) ?? [];
  return await answerForUser(calls, {
    user: decodeURIComponent(user),
    call: `${method} ${call}`,
    body: await text(request),
  });
}

interface UserCall {
  readonly user: string;
  readonly call: string;
  readonly body: string;
}

async function answerForUser(
  calls: PortCalls,
  { user, call, body }: UserCall,
): Promise<CallAnswer> {
  switch (call) {
    case 'GET /sessions': {
      const { limit, sessions } = await calls.sessionsOf(user);
      return done({ user, limit, count: sessions.length, sessions });
    }
    case 'POST /events': {
      const result = await calls.publish(user, JSON.parse(body) as PublishedEvent);
      const outcome = result.sessions > 0 ? 'sent' : 'nobody';
      return { status: 202, body: { ...result, outcome } };
    }
    case 'POST /sessions:reap': {
      const reaped = await calls.reap?.(user);
      return reaped === undefined ? missing : done({ reaped: reaped.map((id) => ({ id })) });
    }
    case 'POST /sessions:close': {
      const closed = await calls.closeAll?.(user);
      return closed === undefined ? missing : done({ closed });
    }
    default:
      return missing;
  }
}

function done(body: object): CallAnswer {
  return { status: 200, body };
}

function send(response: ServerResponse, { status, body }: CallAnswer): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
