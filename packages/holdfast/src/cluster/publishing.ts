import type { EventInput } from '../protocol/event-frame.ts';
import type { Clock } from '../sessions/clock.ts';
import type { SessionCodec } from '../sessions/codec.ts';
import type { Published, PublishOptions, PublishWait, Receipted } from '../sessions/publisher.ts';
import type { SessionLayer } from '../sessions/session-layer.ts';
import type { AppendAnswer, LogTerms } from '../sessions/store/acts.ts';
import type { Membership } from './membership.ts';
import { drawEpoch } from './record-mirrors.ts';
import type { RemoteReceipts } from './remote-receipts.ts';
import type { StoreGuard } from './store-guard.ts';

/** What publishing works with. */
export interface PublishingParts {
  readonly clock: Clock;
  readonly codec: SessionCodec;
  readonly guard: StoreGuard;
  readonly layer: () => SessionLayer;
  readonly membership: () => Membership;
  readonly receipts: RemoteReceipts;
  readonly terms: LogTerms;
}

/**
 * Publishes to a user wherever their sessions are: the store gives the event its place, and every node that has a session of
 * the user hears of it. What the store has not taken is not published, and the caller is told.
 */
export class Publishing {
  readonly #parts: PublishingParts;

  constructor(parts: PublishingParts) {
    this.#parts = parts;
  }

  /** Rejects with UsageError as {@link SessionLayer.publish} throws, and with StoreError where it is not known to be published. */
  async publish(user: string, input: EventInput, options: PublishOptions = {}): Promise<Published> {
    const { published } = await this.#append(user, input, { options, isAwaited: false });
    return published;
  }

  /** The same, and waits until it is known what became of the event. */
  async publishAndWait(user: string, input: EventInput, options: PublishWait): Promise<Receipted> {
    const { published, answer } = await this.#append(user, input, { options, isAwaited: true });
    if (published.outcome === 'overflow') return published;
    const { epoch, offset } = answer;
    const outcome = await this.#parts.receipts.outcomeOf({ user, epoch, offset }, options);
    return { ...published, outcome: outcome ?? published.outcome };
  }

  async #append(
    user: string,
    input: EventInput,
    { options, isAwaited }: { options: PublishOptions; isAwaited: boolean },
  ): Promise<{ published: Published; answer: AppendAnswer }> {
    const { clock, codec, guard, membership, layer, receipts, terms } = this.#parts;
    const { event, eventId, ttlMs, onlyFor, isTracked } = layer().cluster.checkPublishing(
      user,
      input,
      options,
    );
    const body = codec.encodeBody(input, clock.epochMs());
    const tracked = isTracked || isAwaited ? { event, ttlMs } : null;
    const { actor } = membership();
    const entry = { body, onlyFor, eventId };
    const about = { user, entry, tracked, broadcast: null, epoch: drawEpoch(), terms };
    const answer = await guard.ask((store) => store.append({ ...actor, ...about }));
    const { epoch, offset, sessions } = answer;
    if (tracked !== null && answer.outcome === 'appended')
      receipts.begin({ user, epoch, offset, event, eventId }, ttlMs);
    const outcome = answer.outcome === 'overflow' ? 'overflow' : 'queued';
    return { published: { epoch, offset, sessions, outcome }, answer };
  }
}
