import { Metrics, SessionLayer, type SessionOptions } from 'holdfast';
import { FakeSocket, ManualClock } from 'holdfast/testing';
import type { ApiParts } from '../../../src/server/api/api-parts.ts';
import { type ApiApp, createApp } from '../../../src/server/api/app.ts';
import type { Route } from '../../../src/server/api/route.ts';
import { createAdminCheck } from '../../../src/server/auth/admin.ts';
import { Revocations } from '../../../src/server/auth/revocations.ts';
import { GatewayFaults } from '../../../src/server/gateway-faults.ts';
import { reportHealth } from '../../../src/server/health-report.ts';
import { createGatewayLog } from '../../../src/server/log/gateway-log.ts';
import { Rollout } from '../../../src/server/rollout/rollout.ts';
import type { Readiness } from '../../../src/server/sessions/node-view.ts';
import { OwnNode } from '../../../src/server/sessions/own-node.ts';
import { localSeatOf } from '../../../src/server/sessions/seat.ts';
import { TokenWatch } from '../../../src/server/token-watch.ts';

export const adminToken = 'admin-token-of-the-tests';

/** How many users, and how many single tokens, can be revoked at a desk. */
export const mostRevocations = 3;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The HTTP API over a real session layer on a manual clock, without a port. */
export class Desk {
  readonly clock: ManualClock = new ManualClock();
  readonly layer: SessionLayer;
  readonly metrics: Metrics = new Metrics();
  readonly thrown: unknown[] = [];
  readonly faults: GatewayFaults;
  readonly app: ApiApp;
  readiness: Readiness = 'ready';
  isListening = true;
  overloadRetryMs: number | null = null;
  readonly rollout: Rollout;

  constructor(options: SessionOptions = {}, routes?: readonly Route[]) {
    this.layer = new SessionLayer(options, { clock: this.clock, node: 'n1' });
    this.layer.subscribe((event) => this.metrics.record(event, this.clock.nowMs()));
    this.faults = new GatewayFaults({ now: () => this.clock.epochMs(), tell: () => {} });
    const monotonic = (): number => this.clock.nowMs();
    const revocations = new Revocations({
      now: () => this.clock.epochMs(),
      monotonic,
      capacity: mostRevocations,
    });
    const destination = { write: (): void => {} };
    this.rollout = new Rollout({
      layer: this.layer,
      log: createGatewayLog({ node: 'n1', level: 'silent', isPretty: false, destination }),
      faults: this.faults,
      now: () => this.clock.epochMs(),
      percent: undefined,
      interimLimit: 20,
      provider: null,
      file: null,
      isShared: false,
    });
    const { layer, metrics } = this;
    const seat = localSeatOf(layer);
    const watch = new TokenWatch({
      afterPoll: setImmediate,
      onFailed: (error) => this.faults.report('round', error),
      ...{ layer, revocations, monotonic },
      wallNow: () => this.clock.epochMs(),
      turnAwayWaiting: (userId, isMeant) => seat.turnAwayWaiting(userId, isMeant),
    });
    const own = new OwnNode({
      ...{ layer, metrics, watch },
      facts: {
        url: 'http://h',
        readiness: () => this.readiness,
        startedAt: 1_700_000_000_000,
        drainTimeoutMs: 30_000,
        drain: () => this.#drain(),
      },
    });
    const parts: ApiParts = {
      sessions: seat.sessionsOf(own),
      metrics,
      limit: layer.settings.maxSessionsPerUser,
      isAdmin: createAdminCheck(adminToken),
      version: '9.9.9',
      readiness: () => this.readiness,
      health: () =>
        reportHealth({
          layer: this.layer,
          faults: this.faults,
          isListening: this.isListening,
          nowMs: this.clock.epochMs(),
        }),
      scrape: () => Promise.resolve('# text\n'),
      overloadRetryMs: () => this.overloadRetryMs,
      rollout: this.rollout,
      guardRules: { latencyMs: 500, sweepFailures: 3, memoryGrowthBytes: 1e8, standMs: 3000 },
      onThrow: (error) => this.thrown.push(error),
    };
    this.app = createApp(parts, routes);
  }

  connect(userId: string, device?: string): FakeSocket {
    const socket = new FakeSocket(this.clock);
    this.layer.open({ userId, socket, ...(device !== undefined && { device }) });
    return socket;
  }

  #drain(): void {
    this.readiness = 'draining';
    void this.layer.drain({ withinMs: 30_000 });
  }

  async call(method: string, path: string, body?: unknown, token = adminToken): Promise<Answer> {
    const response = await this.app.request(`http://h${path}`, {
      method,
      ...(token !== '' && { headers: { authorization: `Bearer ${token}` } }),
      ...(body !== undefined &&
        method !== 'GET' && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
    const parsed = (isJson ? JSON.parse(text) : {}) as Answer['body'];
    return { status: response.status, headers: response.headers, text, body: parsed };
  }
}
