import type { Terminal } from './terminal.ts';

const numbers: Intl.NumberFormat = new Intl.NumberFormat('en-US');

/** A count with its noun: `1 session`, `2,340 sessions`. */
export function countOf(count: number, noun: string): string {
  return `${numbers.format(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Data for programs: one line, or indented where a person reads. */
export function writeJson(value: unknown, { out }: Pick<Terminal, 'out'>): void {
  out.write(`${JSON.stringify(value, null, out.isTerminal ? 2 : 0)}\n`);
}
