import type { z } from 'zod';
import { createProblem, type Problem } from '../http/problem.ts';
import type { Fields } from './route.ts';

/** Fields that were read, or what is wrong with them. */
export type ReadFields =
  | { readonly ok: true; readonly fields: unknown }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Reads the fields of a body or a query. The problem names a known field and what it should be, as
 * the schema describes it; nothing of what was sent is repeated.
 *
 * @param what `body` or `query`
 */
export function readFields(schema: Fields, value: unknown, what: 'body' | 'query'): ReadFields {
  const result = schema.safeParse(value);
  if (result.success) return { ok: true, fields: result.data };
  const [issue] = result.error.issues;
  const detail = issue === undefined ? '' : detailOf(schema, issue, what);
  return { ok: false, problem: createProblem(400, `bad-${what}`, detail) };
}

/** Reads a query string; a name may come once. */
export function readQuery(schema: Fields, query: string): ReadFields {
  const given = [...new URLSearchParams(query)];
  const names = given.map(([name]) => name);
  if (new Set(names).size < names.length) {
    const detail = 'Expected every name in the query once.';
    return { ok: false, problem: createProblem(400, 'bad-query', detail) };
  }
  return readFields(schema, Object.fromEntries(given), 'query');
}

function detailOf(schema: Fields, issue: z.core.$ZodIssue, what: string): string {
  const [name] = issue.path;
  const shape: Readonly<Record<string, unknown>> = schema.shape;
  const field = typeof name === 'string' ? shape[name] : undefined;
  if (field !== undefined) {
    const description = (field as z.ZodType).description ?? 'something else';
    return `Expected \`${String(name)}\` of the ${what} to be ${description}.`;
  }
  const known = Object.keys(schema.shape).map((key) => `\`${key}\``);
  if (known.length === 0) return `Expected the ${what} to be empty.`;
  return `Expected the ${what} to have no other names than ${known.join(', ')}.`;
}
