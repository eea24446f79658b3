import { describeValue, UsageError } from '../core/usage-error.ts';
import type { EventInput } from '../protocol/event-frame.ts';
import type { Registry } from './registry.ts';
import { checkUserId } from './user-id.ts';

/** For whom, and under which name, an event is published. */
export interface PublishOptions {
  /**
   * Only for this session, and for those that resume from it, also when it is over by now; the others see a jump in the
   * offsets. Where no such session comes, nobody gets it, and nobody is told.
   */
  readonly session?: string;
  /** A name by which a repeated call within the log's life is recognised: published once, answered the same. */
  readonly id?: string;
  /** After so many milliseconds nobody is written it any more who has not got it, and it is tracked. Up to 7 days. */
  readonly ttlMs?: number;
}

/** How an event is to be published, checked. */
export interface Terms {
  readonly event: string;
  readonly eventId: string | null;
  readonly ttlMs: number | null;
  readonly onlyFor: number | null;
  readonly isTracked: boolean;
}

const maxEventIdLength = 256;
const longestTtlMs = 7 * 24 * 3_600_000;
const longestWaitMs = 3_600_000;
/** Generations begin with 1. */
const nobodysLineage = 0;

/** What was asked for, read once: whoever asks may have written getters. @throws UsageError `bad-event` or `bad-user` */
export function checkPublishing(
  registry: Pick<Registry, 'lineageOf'>,
  userId: string,
  { input, options }: { readonly input: EventInput; readonly options: PublishOptions },
): Terms {
  checkUserId(userId);
  const { event, critical } = input;
  const { id, ttlMs, session } = options;
  return {
    event,
    eventId: checkEventId(id),
    ttlMs: checkTtl(ttlMs),
    onlyFor: session === undefined ? null : (registry.lineageOf(session) ?? nobodysLineage),
    isTracked: critical === true || ttlMs !== undefined,
  };
}

/** @throws UsageError `bad-event` */
export function checkWait(waitMs: unknown): void {
  checkDuration('waitMs', waitMs, [0, longestWaitMs]);
}

function checkTtl(ttlMs: unknown): number | null {
  if (ttlMs === undefined) return null;
  return checkDuration('ttlMs', ttlMs, [1, longestTtlMs]);
}

function checkDuration(
  name: string,
  ms: unknown,
  [least, most]: readonly [number, number],
): number {
  if (typeof ms === 'number' && Number.isInteger(ms) && ms >= least && ms <= most) return ms;
  throw new UsageError(
    'bad-event',
    `Expected \`${name}\` to be a whole number of milliseconds from ${least} to ${most}, got ${describeValue(ms)}.`,
  );
}

function checkEventId(id: unknown): string | null {
  if (id === undefined) return null;
  if (typeof id === 'string' && id.length > 0 && id.length <= maxEventIdLength) return id;
  throw new UsageError(
    'bad-event',
    `Expected \`id\` to be a text of 1 to ${maxEventIdLength} characters, got ${describeValue(id)}.`,
  );
}
