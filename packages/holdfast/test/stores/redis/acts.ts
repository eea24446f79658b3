import type { Actor, AdmitAct, AppendAct, LogTerms } from '../../../src/sessions/store/acts.ts';
import type { StoreListener, StoreMessage } from '../../../src/sessions/store/cluster-store.ts';

const terms: LogTerms = { events: 100, bytes: 10_000, keepMs: 60_000 };

/** Whoever acts, and believes itself and these alive. */
export function actorOf(node: number, ...others: readonly number[]): Actor {
  return { node, live: { upTo: 1_000, generations: [node, ...others] }, broadcasts: 0 };
}

/** An act of a newcomer without a ticket. */
export function admission(
  actor: Actor,
  user: string,
  session: number,
  more: Partial<AdmitAct> = {},
): AdmitAct {
  return {
    ...actor,
    user,
    session,
    device: null,
    ticket: null,
    limit: 5,
    taken: null,
    evictEveryMs: null,
    isWaiting: false,
    epoch: 'epoch',
    terms,
    ...more,
  };
}

/** An act of a publisher. */
export function publication(actor: Actor, user: string, body: string): AppendAct {
  const entry = { body, onlyFor: null, eventId: null };
  return { ...actor, user, entry, tracked: null, broadcast: null, epoch: 'epoch', terms };
}

/** Remembers what it hears. */
export class Ear implements StoreListener {
  readonly messages: StoreMessage[] = [];
  readonly news: string[] = [];

  heard(message: StoreMessage): void {
    this.messages.push(message);
  }

  connected(): void {
    this.news.push('connected');
  }

  disconnected(): void {
    this.news.push('disconnected');
  }
}
