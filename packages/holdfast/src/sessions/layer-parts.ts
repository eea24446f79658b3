import type { Clock } from './clock.ts';
import { systemClock } from './clock.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import { holdfastCodec, type SessionCodec } from './codec.ts';
import type { SessionListener } from './event-stream.ts';
import type { SessionHooks } from './hooks.ts';
import type { Ground } from './rooms.ts';

/** What a layer may be built on instead of the defaults. */
export interface SessionLayerParts {
  readonly clock?: Clock;
  readonly codec?: SessionCodec;
  readonly hooks?: SessionHooks;
  /**
   * Whether a newcomer may still come in, by the `extra` of its request: its token may be over by now. Looked at before
   * somebody alive is ended for it, and before it is told of sessions. Everybody is, by default; nobody, while this throws.
   */
  readonly isWelcome?: (extra: unknown) => boolean;
  /** Subscribed before anything happens: they hear the start of the sweep too, or its failure. */
  readonly listeners?: readonly SessionListener[];
  /** A name unique to this process for all time, letters and digits; drawn at random by default. */
  readonly node?: string;
  /** Draws from [0, 1), for what is spread; `Math.random` by default. */
  readonly random?: () => number;
  /** Its place among the nodes of a cluster; without one, this layer is the only one that has sessions of its users. */
  readonly cluster?: ClusterSeat;
}

/** The parts with what stands for those that are missing. */
export function groundOf(
  parts: SessionLayerParts,
  { settings, node }: Pick<Ground, 'settings' | 'node'>,
): Ground {
  return {
    settings,
    node,
    clock: parts.clock ?? systemClock,
    codec: parts.codec ?? holdfastCodec,
    hooks: parts.hooks ?? {},
    random: parts.random ?? Math.random,
    isWelcome: parts.isWelcome ?? (() => true),
    cluster: parts.cluster ?? null,
  };
}
