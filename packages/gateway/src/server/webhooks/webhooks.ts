import {
  type ClientMessage,
  type Clock,
  type MessageRefusal,
  type Session,
  type SessionHooks,
  systemClock,
} from 'holdfast';
import type { ServeConfig } from '../config/serve-config.ts';
import type { GatewayFaults } from '../gateway-faults.ts';
import type { EventLines } from '../log/event-lines.ts';
import type { WebhookAnswer, WebhookVerdict } from './answer-rules.ts';
import { Application } from './application.ts';
import { createCall, lineageName, type WebhookCall, type WebhookSubject } from './webhook-call.ts';
import { type WebhookBounds, WebhookQueue } from './webhook-queue.ts';
import { readWebhookSecret } from './webhook-secret.ts';

/** What became of a call. A closed list: it is a metric label. */
export type WebhookResult =
  | 'delivered'
  /** The application answered that it will never take it. */
  | 'refused'
  /** Tried for as long as there was any use in it. */
  | 'given-up'
  /** The queue was full; a message was answered `overloaded`. */
  | 'overflow'
  /** The gateway stopped before it was delivered. */
  | 'left';

/** What webhooks work with. */
export interface WebhookParts {
  readonly node: string;
  /** See {@link WebhookScene}. */
  readonly realm: string;
  readonly bounds: WebhookBounds;
  readonly post: (call: WebhookCall) => Promise<WebhookAnswer>;
  /** Ends what `post` has begun. */
  readonly hangUp: () => void;
  readonly faults: Pick<GatewayFaults, 'hold' | 'clear'>;
  readonly lines: Pick<EventLines, 'tellLostCall'>;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A connection carries one call at a time, so this is how many tries are under way at once. */
const MOST_TRIES_AT_ONCE = 50;
const MIB = 1_048_576;
/** Two seconds of the default message rate of one client, and about what a minute of outage leaves of a thousand. */
const OF_CLIENT = { calls: 100, bytes: MIB };
const OF_ALL = { calls: 10_000, bytes: 64 * MIB };
/** The fault is over once nothing has failed for this long: longer than the longest pause before a try, and the try. */
const QUIET_MS = 90_000;

/**
 * The application's side of a gateway: messages of clients and news of sessions are POSTed to it, in order for each client.
 * A message is accepted once it is held here.
 */
export class Webhooks {
  readonly results: ReadonlyMap<WebhookResult, number>;
  readonly #results: Map<WebhookResult, number>;
  readonly #parts: WebhookParts;
  readonly #queue: WebhookQueue;
  #calls = 0;
  #failedAt = Number.NEGATIVE_INFINITY;
  #retries = 0;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
    this.#results = new Map(
      (['delivered', 'refused', 'given-up', 'overflow', 'left'] as const).map((name) => [name, 0]),
    );
    this.results = this.#results;
    const { clock, bounds, post, random } = parts;
    this.#queue = new WebhookQueue({
      clock,
      bounds,
      post,
      random,
      tell: (call, answer, verdict) => this.#tell(call, answer, verdict),
    });
  }

  /** What the session layer is to call. */
  get hooks(): Required<Pick<SessionHooks, 'onSession' | 'onMessage' | 'onClose'>> {
    return {
      onSession: (session, { outcome: resume }) => {
        this.#add(session, { type: 'session.opened', resume });
      },
      onMessage: (session, message) => this.#take(session, message),
      onClose: (session, cause) => {
        this.#add(session, { type: 'session.closed', cause });
      },
    };
  }

  /** How many calls wait or are under way. */
  get queued(): number {
    return this.#queue.size;
  }

  /** How many tries have failed and were followed by another one. */
  get retries(): number {
    return this.#retries;
  }

  /** To be called every second: sees when failing is over. */
  look(): void {
    const { clock, faults } = this.#parts;
    if (clock.nowMs() - this.#failedAt >= QUIET_MS) faults.clear('webhook');
  }

  /** Resolves when every call is over, or this time is: with the number of those that are left. */
  async flush(withinMs: number): Promise<number> {
    return await this.#queue.flush(withinMs);
  }

  /** Gives up what is left, and counts it. */
  close(): void {
    const left = this.#queue.close().length;
    this.#results.set('left', (this.#results.get('left') ?? 0) + left);
    this.#parts.hangUp();
  }

  /** What is nested too deep to be written as JSON is the client's doing, and no fault of ours. */
  #take(session: Session, message: ClientMessage): MessageRefusal | undefined {
    try {
      const isHeld = this.#add(session, { type: 'message', message });
      return isHeld ? undefined : { refused: 'overloaded' };
    } catch (error) {
      if (error instanceof RangeError) return { refused: 'too-nested' };
      throw error;
    }
  }

  #add(session: Session, subject: WebhookSubject): boolean {
    const { node, realm, clock } = this.#parts;
    this.#calls += 1;
    const [epochMs, nowMs] = [clock.epochMs(), clock.nowMs()];
    const scene = { node, realm, number: this.#calls, epochMs, nowMs };
    const call = createCall(session, subject, scene);
    const isHeld = this.#queue.add(lineageName(realm, session), call);
    if (!isHeld) this.#lost(call, 'overflow', 'the queue is full');
    return isHeld;
  }

  #tell(call: WebhookCall, answer: WebhookAnswer, verdict: WebhookVerdict): void {
    const { outcome } = verdict;
    if (outcome === 'delivered') {
      this.#results.set(outcome, (this.#results.get(outcome) ?? 0) + 1);
      return;
    }
    const reason = 'status' in answer ? `HTTP ${answer.status}` : answer.error;
    if (outcome !== 'retry') {
      this.#lost(call, outcome, reason);
      return;
    }
    this.#retries += 1;
    this.#failed(reason);
  }

  #lost({ type, session, id, tries }: WebhookCall, result: WebhookResult, reason: string): void {
    this.#results.set(result, (this.#results.get(result) ?? 0) + 1);
    this.#failed(reason);
    this.#parts.lines.tellLostCall({ type, session, webhook: id, result, reason, tries });
  }

  #failed(reason: string): void {
    this.#failedAt = this.#parts.clock.nowMs();
    this.#parts.faults.hold('webhook', `Calls of the application fail: ${reason}.`);
  }
}

/** What webhooks of a gateway are made with. */
export interface WebhookGround {
  readonly config: ServeConfig;
  readonly node: string;
  readonly faults: GatewayFaults;
  readonly lines: EventLines;
}

/** The clock of the process, but what waits keeps it alive: `Webhooks.close` ends that. */
const clock: Clock = { ...systemClock, after: (ms, callback) => setTimeout(callback, ms) };

/** Makes the webhooks these settings ask for; null where they ask for none. */
export function createWebhooks({ config, node, faults, lines }: WebhookGround): Webhooks | null {
  const { webhookUrl, webhookSecret = '', maxConnections, redisUrl, redisPrefix } = config;
  if (webhookUrl === undefined) return null;
  const secret = readWebhookSecret(webhookSecret);
  if (!secret.ok) throw new Error('Expected settings that resolveConfig has settled.');
  const application = new Application({
    url: webhookUrl,
    key: secret.key,
    mostConnections: MOST_TRIES_AT_ONCE,
    epochMs: () => clock.epochMs(),
  });
  return new Webhooks({
    node,
    // Over several nodes no lineage has the number of another one, and a client keeps its own wherever it comes back.
    realm: redisUrl === undefined ? node : redisPrefix,
    faults,
    lines,
    clock,
    random: Math.random,
    post: async (call) => await application.post(call),
    hangUp: () => application.close(),
    bounds: {
      tries: MOST_TRIES_AT_ONCE,
      ofLane: OF_CLIENT,
      messages: OF_ALL,
      // Every session may come and go at once, as when the gateway stops.
      news: { calls: 2 * maxConnections, bytes: OF_ALL.bytes },
    },
  });
}
