import { z } from 'zod';
import { parseDuration } from '../config/units.ts';

/** Most entries of one answer. */
const MOST_LISTED = 1000;
/** Shorter than a connection may stand still. */
const LONGEST_WAIT_MS = 60_000;
const LONGEST_TTL_MS = 7 * 24 * 3_600_000;

/** Shapes that several routes share. Each description completes `Expected … to be …`. */
export interface Shapes {
  readonly limit: z.ZodDefault<z.ZodType<number>>;
  readonly reason: z.ZodOptional<z.ZodString>;
  readonly eventName: z.ZodString;
  readonly data: z.ZodOptional<z.ZodUnknown>;
  readonly outcome: z.ZodEnum<{ queued: 'queued'; overflow: 'overflow' }>;
  readonly receiptOutcome: z.ZodType;
  readonly wait: z.ZodType<number | undefined, string | undefined>;
  readonly ttl: z.ZodType<number | undefined, string | number | undefined>;
  readonly reaped: z.ZodType;
  readonly closed: z.ZodType;
  readonly sessionView: z.ZodObject;
  readonly silent: z.ZodType;
}

const count: z.ZodNumber = z.number().int().min(0);

const silent: z.ZodType = z
  .array(z.string())
  .describe('names of nodes that have not answered: theirs is missing');

/** A whole number as a query writes it: digits and nothing else. Other text stays as it is, to be refused. */
function readDigits(text: unknown): unknown {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text;
}

/** Milliseconds of a duration such as `5s`; NaN for what is none, to be refused. */
function readMs(duration: string | number): number {
  return parseDuration(String(duration)) ?? Number.NaN;
}

/** See `Shapes`. */
export const shapes: Shapes = {
  limit: z
    .preprocess(readDigits, z.number().int().min(1).max(MOST_LISTED))
    .default(100)
    .describe(`how many entries to list, 1 to ${MOST_LISTED}`),
  reason: z.string().max(256).optional().describe('words for the log, at most 256 characters'),
  eventName: z.string().min(1).max(256).describe('a name of 1 to 256 characters'),
  data: z.unknown().optional().describe('anything JSON can say'),
  outcome: z.enum(['queued', 'overflow']).describe('overflow: too large for the log of a user'),
  receiptOutcome: z
    .enum(['delivered', 'expired', 'overflow', 'queued'])
    .describe('queued: nobody knew yet when the wait ended'),
  wait: z
    .string()
    .transform(readMs)
    .pipe(z.number().int().min(0).max(LONGEST_WAIT_MS))
    .optional()
    .describe('how long to wait for what becomes of the event: a duration up to 60s, such as 5s'),
  ttl: z
    .union([z.string(), z.number()])
    .transform(readMs)
    .pipe(z.number().int().min(1).max(LONGEST_TTL_MS))
    .optional()
    .describe('how long the event is good for: a duration from 1ms to 168h, such as 30s'),
  reaped: z.object({
    reaped: z.array(z.object({ id: z.string(), cause: z.string() })),
    kept: count,
    failed: z.array(z.object({ id: z.string(), error: z.string() })),
    silent,
  }),
  closed: z.object({ closed: z.array(z.string()), silent }),
  sessionView: z.object({
    id: z.string(),
    node: z.string(),
    state: z.enum(['opening', 'live']),
    device: z.string().nullable(),
    openedAt: z.number().describe('milliseconds since 1970'),
    lastInboundMs: z.number().describe('milliseconds since the peer was last heard'),
    pingOutMs: z.number().nullable().describe('how long its ping has been out'),
    unconfirmedBytes: count,
    offset: count,
    acked: count,
  }),
  silent,
};
