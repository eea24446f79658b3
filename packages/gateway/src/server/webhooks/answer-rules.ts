import { type BackoffPolicy, backoffMs } from 'holdfast';

/** What the application made of one try: a status, or none for the reason named. */
export type WebhookAnswer =
  | { readonly status: number; readonly retryAfter?: string | undefined }
  | { readonly error: string };

/** What is done about an answer. */
export type WebhookVerdict =
  | { readonly outcome: 'delivered' | 'refused' | 'given-up' }
  | { readonly outcome: 'retry'; readonly afterMs: number };

/** What decides beside the answer. */
export interface TryRecord {
  /** This one included. */
  readonly tries: number;
  /** Since the call was queued, ms. */
  readonly ageMs: number;
  /** Ms since 1970: `Retry-After` may be a date. */
  readonly epochMs: number;
  /** From [0, 1). */
  readonly draw: number;
}

/** A deploy or a restart of the application is over by then; what is older helps nobody any more. */
export const LONGEST_AGE_MS = 600_000;
/** Age decides first: this many tries in less time only happen to an application that asks to be called at once. */
export const MOST_TRIES = 50;
const BACKOFF: BackoffPolicy = { firstMs: 500, maxMs: 30_000 };
/** A longer `Retry-After` is taken for this one: the calls behind wait, too. */
export const LONGEST_RETRY_AFTER_MS = 60_000;

/**
 * What follows from an answer. 2xx is success. No answer, 408, 429 and 5xx are tried again; anything else is the
 * application's last word, a redirect too: it is not followed.
 */
export function judgeAnswer(answer: WebhookAnswer, record: TryRecord): WebhookVerdict {
  if ('status' in answer) {
    const { status } = answer;
    if (status >= 200 && status <= 299) return { outcome: 'delivered' };
    if (status < 500 && status !== 408 && status !== 429) return { outcome: 'refused' };
  }
  const { tries, ageMs, draw } = record;
  if (tries >= MOST_TRIES || ageMs >= LONGEST_AGE_MS) return { outcome: 'given-up' };
  const askedMs = 'status' in answer ? readRetryAfter(answer.retryAfter, record.epochMs) : 0;
  return { outcome: 'retry', afterMs: Math.max(askedMs, backoffMs(BACKOFF, tries, draw)) };
}

/** Seconds, or a date (RFC 9110 section 10.2.3); 0 for what is neither, and for what has passed. */
function readRetryAfter(text: string | undefined, epochMs: number): number {
  if (text === undefined) return 0;
  const ms = /^\d+$/.test(text.trim()) ? Number(text) * 1000 : Date.parse(text) - epochMs;
  return Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, 0), LONGEST_RETRY_AFTER_MS);
}
