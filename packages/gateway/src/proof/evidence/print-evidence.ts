import type { SealedEvidence } from './evidence.ts';

/**
 * `evidence.json` as a person can read it, and a tool compare it: members on lines of their own, while numbers and
 * points in a row stay on one.
 */
export function printEvidence(sealed: SealedEvidence): string {
  return `${print(sealed, '')}\n`;
}

function print(value: unknown, indent: string): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const items = Array.isArray(value)
    ? value.map((item) => [item, ''] as const)
    : Object.entries(value).map(([name, item]) => [item, `${JSON.stringify(name)}: `] as const);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  if (items.length === 0 || isFlat(value)) return JSON.stringify(value);
  const deeper = `${indent}  `;
  const lines = items.map(([item, name]) => `${deeper}${name}${print(item, deeper)}`);
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}

/** Rows of numbers, and of pairs of them. */
function isFlat(value: object): boolean {
  return (
    Array.isArray(value) &&
    value.every((item) => typeof item === 'number' || (Array.isArray(item) && isFlat(item)))
  );
}
