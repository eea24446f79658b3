import { z } from 'zod';

/** Most entries of one answer. */
const MOST_LISTED = 1000;

/** Shapes that several routes share. Each description completes `Expected … to be …`. */
export interface Shapes {
  readonly limit: z.ZodDefault<z.ZodType<number>>;
  readonly reason: z.ZodOptional<z.ZodString>;
  readonly eventName: z.ZodString;
  readonly data: z.ZodOptional<z.ZodUnknown>;
  readonly outcome: z.ZodEnum<{ queued: 'queued'; overflow: 'overflow' }>;
  readonly reaped: z.ZodType;
  readonly closed: z.ZodType;
  readonly sessionView: z.ZodObject;
}

const count: z.ZodNumber = z.number().int().min(0);

/** A whole number as a query writes it: digits and nothing else. Other text stays as it is, to be refused. */
function readDigits(text: unknown): unknown {
  return typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : text;
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
  reaped: z.object({
    reaped: z.array(z.object({ id: z.string(), cause: z.string() })),
    kept: count,
    failed: z.array(z.object({ id: z.string(), error: z.string() })),
  }),
  closed: z.object({ closed: z.array(z.string()) }),
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
};
