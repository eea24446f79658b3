import type { ReceiptOutcome } from '../../sessions/receipt.ts';

/** What is known, without asking the layer, of an event whose publisher wants to know what becomes of it. */
export interface ReceiptTruth {
  /** Of the event. */
  readonly number: number;
  /** By the raw clock: from here on nobody may be written it any more. */
  endsAt: number;
  /** What was told of it; null before. */
  outcome: ReceiptOutcome | null;
  /** What those who waited for it were answered, when that was not `queued`; null before. */
  answered: string | null;
  /** The hook was told that it was not delivered. */
  isHookTold: boolean;
}

export function makeReceiptTruth(number: number): ReceiptTruth {
  return {
    number,
    endsAt: Number.POSITIVE_INFINITY,
    outcome: null,
    answered: null,
    isHookTold: false,
  };
}
