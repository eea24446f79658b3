import { z } from 'zod';
import {
  CallMissing,
  type Desk,
  type Health,
  type OutgoingEvent,
  type PublishAnswer,
  type UserCount,
} from '../deployment.ts';

const patienceMs = 30_000;

const userCount = z.object({
  count: z.number(),
  limit: z.number(),
  sessions: z.array(z.object({ id: z.string() })),
});
const published = z.object({ offset: z.number().default(0), outcome: z.string() });
const stats = z.record(z.string(), z.unknown());
const reaped = z.object({ reaped: z.array(z.object({ id: z.string() })) });
const closed = z.object({ closed: z.array(z.string()) });
const health = z.object({
  status: z.string(),
  faults: z.array(z.object({ where: z.string() })).default([]),
  cleanup: z.object({ running: z.boolean(), intervalMs: z.number(), failures: z.number() }),
});

/** One request; `name` is how a report calls the call. */
interface Call {
  readonly name: string;
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: object;
  /** Answers that count beside the 200s. */
  readonly alsoFine?: readonly number[];
}

/** The HTTP API of a target, with the bearer token of its administrator. */
export class HttpDesk implements Desk {
  readonly #url: string;
  readonly #adminToken: string;

  constructor(url: string, adminToken: string) {
    this.#url = url;
    this.#adminToken = adminToken;
  }

  async countOf(user: string): Promise<UserCount> {
    const path = `${pathOf(user)}/sessions?limit=1000`;
    return await this.#ask({ name: 'list of sessions', method: 'GET', path }, userCount);
  }

  async publish(user: string, event: OutgoingEvent): Promise<PublishAnswer> {
    const path = `${pathOf(user)}/events`;
    return await this.#ask({ name: 'publishing', method: 'POST', path, body: event }, published);
  }

  async stats(): Promise<Readonly<Record<string, unknown>>> {
    return await this.#ask({ name: 'stats', method: 'GET', path: '/api/v1/stats' }, stats);
  }

  async health(): Promise<Health> {
    const call = { name: 'health', method: 'GET', path: '/healthz', alsoFine: [503] } as const;
    const { status, faults, cleanup } = await this.#ask(call, health);
    return {
      status,
      faults: faults.map(({ where }) => where),
      cleanupRunning: cleanup.running,
      cleanupIntervalMs: cleanup.intervalMs,
      cleanupFailures: cleanup.failures,
    };
  }

  async reap(user: string): Promise<readonly string[]> {
    const call = { name: 'reap', method: 'POST', path: `${pathOf(user)}/sessions:reap` } as const;
    return (await this.#ask(call, reaped)).reaped.map(({ id }) => id);
  }

  async close(user: string): Promise<readonly string[]> {
    const path = `${pathOf(user)}/sessions:close`;
    return (await this.#ask({ name: 'close', method: 'POST', path, body: {} }, closed)).closed;
  }

  async revoke(user: string): Promise<readonly string[]> {
    const path = `${pathOf(user)}:revoke`;
    return (await this.#ask({ name: 'revocation', method: 'POST', path, body: {} }, closed)).closed;
  }

  async setLimit(user: string, limit: number | null): Promise<void> {
    const path = `${pathOf(user)}/limit`;
    await this.#ask({ name: 'limit', method: 'PUT', path, body: { limit } }, z.unknown());
  }

  async metrics(): Promise<string> {
    return await this.#fetch({ name: 'metrics', method: 'GET', path: '/metrics' });
  }

  async #ask<Answer>(call: Call, shape: z.ZodType<Answer>): Promise<Answer> {
    const text = await this.#fetch(call);
    const answer = shape.safeParse(text === '' ? {} : parse(text));
    if (answer.success) return answer.data;
    throw new Error(
      `Expected ${call.method} ${call.path} to answer as docs/http-api.md says, got ${text.slice(0, 200)}: ${z.prettifyError(answer.error)}`,
    );
  }

  async #fetch({ name, method, path, body, alsoFine = [] }: Call): Promise<string> {
    const response = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${this.#adminToken}`,
        'content-type': 'application/json',
      },
      signal: AbortSignal.timeout(patienceMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.ok || alsoFine.includes(response.status)) return text;
    if (response.status === 404 || response.status === 501) throw new CallMissing(name);
    throw new Error(
      `Expected ${method} ${path} to be answered, got ${response.status}: ${text.slice(0, 200)}`,
    );
  }
}

function pathOf(user: string): string {
  return `/api/v1/users/${encodeURIComponent(user)}`;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON is not the shape asked for: the caller says so, with the text.
    return undefined;
  }
}
