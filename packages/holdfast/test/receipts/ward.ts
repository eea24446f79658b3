import type { SessionOptions } from '../../src/core/options.ts';
import type { UndeliveredEvent } from '../../src/sessions/hooks.ts';
import type { PublishWait } from '../../src/sessions/publisher.ts';
import { House, settled } from '../sessions/house.ts';

/** What somebody who waits for an event has heard. */
export interface Waiting {
  /** `waiting` until it is answered. */
  outcome: string;
  offset: number;
}

/** A house in which what becomes of events is written down. */
export class Ward extends House {
  readonly undelivered: UndeliveredEvent[];

  constructor(options: SessionOptions = {}) {
    const undelivered: UndeliveredEvent[] = [];
    super(options, {
      hooks: {
        onUndelivered: (event) => {
          undelivered.push(event);
        },
      },
    });
    this.undelivered = undelivered;
  }

  /** Publishes and waits, for a minute unless told otherwise. */
  wait(user: string, options: Partial<PublishWait> = {}): Waiting {
    const waiting: Waiting = { outcome: 'waiting', offset: 0 };
    void this.layer
      .publishAndWait(user, { event: 'e' }, { waitMs: 60_000, ...options })
      .then(({ outcome, offset }) => Object.assign(waiting, { outcome, offset }));
    return waiting;
  }

  /** Publishes critical events. */
  critical(user: string, count = 1): void {
    for (let number = 0; number < count; number += 1)
      this.layer.publish(user, { event: 'e', critical: true });
  }

  /** What was told of receipts: offset and outcome, in order. */
  get receipts(): readonly (readonly [number, string])[] {
    return this.told('receiptSettled').map(({ offset, outcome }) => [offset, outcome] as const);
  }

  /** How many events count as lost, by reason. */
  get lost(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.metrics.lostByReason);
  }

  /** Time passes, and promises settle. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    await settled();
  }
}
