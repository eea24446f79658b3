import { randomBytes } from 'node:crypto';
import { getHeapStatistics } from 'node:v8';
import { Metrics, type SessionLayerParts } from 'holdfast';
import type { ServeConfig } from './config/serve-config.ts';
import type { GatewayOptions } from './gateway-options.ts';
import { LoopLag } from './metrics/loop-lag.ts';
import { createObservation, type Observation } from './observation.ts';
import { createSessionHooks } from './session-hooks.ts';
import { boundHistory } from './session-options.ts';
import type { Readiness } from './sessions/node-view.ts';
import { StoreWatch } from './store/store-watch.ts';
import { createTokenChecks, type TokenChecks } from './token-checks.ts';
import { isInForce } from './token-watch.ts';
import { createWebhooks, type Webhooks } from './webhooks/webhooks.ts';

/** What a gateway has before it has sessions: while it waits for its store it is no more than this and a door. */
export interface Ground extends Observation {
  readonly config: ServeConfig;
  /** Name of this process, unique for all time. */
  readonly node: string;
  /** Ms since 1970. */
  readonly startedAt: number;
  readonly metrics: Metrics;
  readonly tokens: TokenChecks;
  /** Null where the application is not called. */
  readonly webhooks: Webhooks | null;
  readonly lag: LoopLag;
  readonly store: StoreWatch;
  readonly state: { readiness: Readiness; isListening: boolean };
  /** What the session layer is to be built with. */
  readonly layerParts: SessionLayerParts;
  /** Ends what runs by itself. */
  readonly leave: () => void;
}

/** Makes what there is before sessions. */
export function createGround(options: GatewayOptions): Ground {
  const { config, note } = boundHistory(options.config, getHeapStatistics().heap_size_limit);
  const node = drawNode();
  const observation = createObservation(options, node);
  const { log, faults, lines } = observation;
  if (note !== undefined) log.warn('note', note);
  const metrics = new Metrics();
  const tokens = createTokenChecks(config, faults);
  const webhooks = createWebhooks({ config, node, faults, lines });
  const lag = new LoopLag();
  const store = new StoreWatch(observation);
  return {
    ...observation,
    ...{ config, node, metrics, tokens, webhooks, lag },
    startedAt: Date.now(),
    store,
    state: { readiness: 'starting', isListening: false },
    layerParts: {
      node,
      // Each is a listener of its own: what one throws does not keep an event from the others.
      listeners: [
        (event) => metrics.record(event, performance.now()),
        (event) => lines.tell(event),
        store.hear,
      ],
      hooks: createSessionHooks({ ...tokens, webhooks }),
      isWelcome: (extra) => isInForce(extra, tokens),
    },
    leave: () => {
      webhooks?.close();
      tokens.close();
      lag.stop();
    },
  };
}

/** The start of the process in ms, and 40 random bits: unique for all time. */
function drawNode(): string {
  return `${Date.now().toString(36)}${randomBytes(5).toString('hex')}`;
}
