import { type BackoffPolicy, backoffMs } from '../core/backoff.ts';
import type { ClientAdvice } from '../protocol/close-causes.ts';

/** How a connection ended, as the client saw it. */
export interface LinkClose {
  readonly code: number;
  readonly reason: string;
  /** Overrides what the close code says. */
  readonly advice?: ClientAdvice;
}

/** A close, read by the table of PROTOCOL.md. */
export interface ReadClose {
  readonly advice: ClientAdvice;
  readonly word: string | null;
  /** The client must not come back earlier; milliseconds. */
  readonly retryMs: number | null;
}

/** What to do after a connection has ended: come back after `inMs`, at the earliest `notBeforeMs`; or not at all. */
export type NextStep =
  | { readonly kind: 'stop' }
  | { readonly kind: 'retry'; readonly inMs: number; readonly notBeforeMs: number };

/** What the next step depends on. */
export interface RetryFacts {
  readonly close: ReadClose;
  /** Connections that ended in a row without having lasted. */
  readonly failures: number;
  /** A draw from [0, 1). */
  readonly random: number;
  readonly backoff: BackoffPolicy;
}

/**
 * What the table of close causes says to clients, by code: the table itself is too large to send to every page. A test
 * holds the two together. What is not here is `later`, also a code that a proxy has made up.
 */
const adviceByCode: Readonly<Record<number, ClientAdvice>> = {
  1000: 'none',
  1002: 'stop',
  1006: 'resume',
  1009: 'stop',
  4400: 'stop',
  4401: 'new-token',
  4408: 'resume',
  4409: 'stop',
  4410: 'resume',
  4429: 'on-request',
  4499: 'stop',
};

/** Reads a close by its code; 4429 is the one where the word makes a difference. */
export function readClose({ code, reason, advice }: LinkClose): ReadClose {
  const { r, retryMs } = parseReason(reason);
  const known = r === 'rate' ? 'later' : adviceByCode[code];
  return {
    advice: advice ?? known ?? 'later',
    word: typeof r === 'string' ? r : null,
    retryMs: typeof retryMs === 'number' && retryMs >= 0 ? retryMs : null,
  };
}

/** Decides when to come back. Full jitter from the second failure in a row on, and at once after what is nobody's load. */
export function nextStep({ close, failures, random, backoff }: RetryFacts): NextStep {
  const { advice, retryMs } = close;
  const notBeforeMs = retryMs ?? 0;
  switch (advice) {
    case 'none':
    case 'stop':
      return { kind: 'stop' };
    case 'on-request':
      if (retryMs === null) return { kind: 'stop' };
      break;
    case 'resume':
    case 'new-token':
      if (failures === 0) return { kind: 'retry', inMs: notBeforeMs, notBeforeMs };
      break;
    case 'later':
      break;
  }
  const inMs = notBeforeMs + backoffMs(backoff, failures + 1, random);
  return { kind: 'retry', inMs, notBeforeMs };
}

function parseReason(reason: string): { readonly r?: unknown; readonly retryMs?: unknown } {
  try {
    return (JSON.parse(reason) as object | null) ?? {};
  } catch {
    // No words, or somebody else's: the code says enough.
    return {};
  }
}
