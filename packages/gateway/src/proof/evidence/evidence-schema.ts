import { z } from 'zod';
import type { PlayedScenario } from '../scenarios/outcome.ts';
import type { SealedEvidence } from './evidence.ts';

const milliseconds = z.number().min(0);
const hash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits');
const instant = z.iso.datetime({ message: 'expected an instant of ISO 8601 in UTC' });

const mark = z.strictObject({
  atMs: milliseconds,
  kind: z.enum(['fault', 'note']),
  what: z.string(),
});

const verdict = z.discriminatedUnion('outcome', [
  z.strictObject({ outcome: z.literal('passed') }),
  z.strictObject({
    outcome: z.literal('failed'),
    cause: z.string(),
    expected: z.string(),
    got: z.string(),
  }),
  z.strictObject({ outcome: z.literal('not-applicable'), why: z.string() }),
]);

const scenario: z.ZodType<PlayedScenario> = z.strictObject({
  name: z.string().min(1),
  category: z.string().min(1),
  claim: z.string(),
  covers: z.array(z.string()),
  round: z.number().int().min(1),
  verdict,
  startedAtMs: milliseconds,
  tookMs: milliseconds,
  samples: z.array(
    z.strictObject({
      name: z.string().min(1),
      unit: z.string(),
      value: z.number(),
      atMs: milliseconds,
    }),
  ),
  marks: z.array(mark),
});

/** `evidence.json`: every member must be there, and none besides. */
export const evidenceSchema: z.ZodType<SealedEvidence> = z.strictObject({
  format: z.literal('holdfast-evidence/1'),
  kind: z.enum(['verify', 'load', 'soak', 'compare']),
  commit: z
    .string()
    .regex(
      /^[0-9a-f]{40}(?:[0-9a-f]{24})?\+?$/,
      'expected a commit in full, and + where files were changed',
    )
    .nullable(),
  version: z.string().min(1),
  startedAt: instant,
  endedAt: instant,
  isComplete: z.boolean(),
  target: z.strictObject({
    name: z.string(),
    url: z.string().nullable(),
    environment: z.string().nullable(),
  }),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  machine: z.strictObject({
    node: z.string(),
    platform: z.string(),
    cpus: z.number().int().min(1),
  }),
  planned: z.array(z.string()),
  scenarios: z.array(scenario),
  samples: z.array(
    z.strictObject({
      name: z.string().min(1),
      unit: z.string(),
      values: z.array(z.number()),
    }),
  ),
  series: z.array(
    z.strictObject({
      name: z.string().min(1),
      unit: z.string(),
      points: z.array(z.tuple([milliseconds, z.number()])),
    }),
  ),
  marks: z.array(mark),
  digest: hash,
  signature: hash.nullable(),
});
