import type { RawSamples } from '../../proof/evidence/evidence.ts';
import { percentile } from '../../proof/statistics/percentile.ts';
import { formatTable } from '../table.ts';
import type { Terminal } from '../terminal.ts';

/** One thing that was measured, in figures. */
interface Figures {
  readonly name: string;
  readonly unit: string;
  readonly count: number;
  readonly p50: number | null;
  readonly p99: number | null;
  readonly max: number | null;
}

/** What was measured, as figures for people and programs. Codes are counted and not averaged. */
export function figuresOf(samples: readonly RawSamples[]): readonly Figures[] {
  return samples.map(({ name, unit, values }) => {
    const at = (share: number): number | null => (unit === 'ms' ? percentile(values, share) : null);
    return { name, unit, count: values.length, p50: at(0.5), p99: at(0.99), max: at(1) };
  });
}

/** Prints the figures as a table. */
export function printFigures(samples: readonly RawSamples[], { out }: Terminal): void {
  const table = formatTable(
    [
      { title: 'MEASURED', text: ({ name }: Figures) => name },
      { title: 'COUNT', text: ({ count }) => String(count), isNumber: true },
      { title: 'P50 MS', text: ({ p50 }) => number(p50), isNumber: true },
      { title: 'P99 MS', text: ({ p99 }) => number(p99), isNumber: true },
      { title: 'MAX MS', text: ({ max }) => number(max), isNumber: true },
    ],
    figuresOf(samples),
    out.colors.bold,
  );
  out.write(table);
}

function number(value: number | null): string {
  return value === null ? '' : value.toFixed(1);
}
