import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { UsageError } from 'holdfast';
import { z } from 'zod';
import type { MarkFile } from './rollout.ts';
import type { RolloutMark } from './rollout-record.ts';

const mark = z.object({
  percent: z.number().min(0).max(100),
  isRolledBack: z.boolean(),
  steps: z.array(
    z.object({
      at: z.number(),
      by: z.enum(['operator', 'guard']),
      action: z.enum(['set', 'back']),
      from: z.number(),
      to: z.number(),
      why: z.string().nullable(),
      cause: z
        .object({
          trigger: z.enum(['creation-latency', 'sweep', 'memory']),
          measured: z.number(),
          threshold: z.number(),
          samples: z.number(),
          standsForMs: z.number(),
        })
        .nullable(),
    }),
  ),
});

/**
 * Keeps the mark of a rollout in a file, whole or not at all.
 *
 * @throws UsageError `bad-option` for a file that holds something else, or cannot be read
 */
export function openMarkFile(path: string): MarkFile {
  return {
    kept: readMark(path),
    write: (value) => {
      const beside = `${path}.new`;
      writeFileSync(beside, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
      renameSync(beside, path);
    },
  };
}

function readMark(path: string): RolloutMark | null {
  const text = readText(path);
  if (text === null) return null;
  const read = mark.safeParse(parse(text));
  if (read.success) return read.data;
  throw new UsageError(
    'bad-option',
    `Expected \`--rollout-file\` to hold a rollout as the gateway keeps it, got something else in ${path}. ` +
      'Mend it, or remove it to begin at `--rollout`.',
  );
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'an error';
    throw new UsageError(
      'bad-option',
      `Expected \`--rollout-file\` to be a file that can be read, got ${code} for ${path}.`,
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is no mark: told by the caller.
    return undefined;
  }
}
