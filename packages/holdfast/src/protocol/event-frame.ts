import { describeValue, UsageError } from '../core/usage-error.ts';

/** An event as the application publishes it. */
export interface EventInput {
  /** Its name, 1 to 256 characters. */
  readonly event: string;
  /** Anything JSON can say; absent means null. */
  readonly data?: unknown;
  /** Told to the client. Published to one user, it is tracked: what becomes of it is counted, and known to a hook. */
  readonly critical?: boolean;
}

/** An event as a client gets it. Offsets of one epoch rise; a jump is not a loss, only a gap is. */
export interface EventFrame {
  readonly type: 'event';
  readonly offset: number;
  readonly event: string;
  readonly data: unknown;
  readonly critical?: true;
  /** When it was published, milliseconds since 1970. */
  readonly time: number;
}

/** The part of an event frame that does not depend on the user: everything after the offset. */
export type EventBody = string;

const maxEventNameLength = 256;

/**
 * Encodes an event once, for all sessions and all users.
 *
 * @param epochMs the wall-clock instant to tell the client, milliseconds since 1970
 * @throws UsageError `bad-event` where the name is none or the data cannot be said in JSON (BigInt, a circle, a `toJSON`
 *   that throws); nothing has been published then
 */
export function encodeEventBody(input: EventInput, epochMs: number): EventBody {
  if (
    typeof input.event !== 'string' ||
    input.event.length === 0 ||
    input.event.length > maxEventNameLength
  ) {
    throw new UsageError(
      'bad-event',
      `Expected \`event\` to be a name of 1 to ${maxEventNameLength} characters, got ${describeValue(input.event)}.`,
    );
  }
  const critical = input.critical === true ? ',"critical":true' : '';
  return `,"event":${JSON.stringify(input.event)},"data":${encodeData(input.data)}${critical},"time":${epochMs}}`;
}

/** The frame of an event at its place in the log of one user. */
export function spliceOffset(offset: number, body: EventBody): string {
  return `{"type":"event","offset":${offset}${body}`;
}

function encodeData(data: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(data ?? null);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'an exception';
    throw Object.assign(
      new UsageError(
        'bad-event',
        `Expected \`data\` to be something JSON can say, but encoding it threw ${reason}.`,
      ),
      { cause: error },
    );
  }
  if (text !== undefined) return text;
  throw new UsageError(
    'bad-event',
    `Expected \`data\` to be something JSON can say, got ${describeValue(data)}.`,
  );
}
