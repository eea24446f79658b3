import { Counter, Gauge, type Registry } from 'prom-client';

/** How many of each value of a label. */
type Counts = () => Iterable<readonly [value: string, count: number]>;

/** A metric that is read from its source whenever somebody asks. */
export interface Collected {
  readonly name: string;
  readonly help: string;
  /** The name of its one label. */
  readonly label: string;
  readonly read: Counts;
}

/** The same without a label. */
export interface CollectedNumber extends Pick<Collected, 'name' | 'help'> {
  readonly read: () => number;
}

/** Adds a counter that is set from what was counted elsewhere. */
export function addCounter(registry: Registry, { name, help, label, read }: Collected): void {
  const counter = new Counter({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: () => {
      counter.reset();
      for (const [value, count] of read()) counter.inc({ [label]: value }, count);
    },
  });
}

/** The same without a label. */
export function addPlainCounter(registry: Registry, { name, help, read }: CollectedNumber): void {
  const counter = new Counter({
    name,
    help,
    registers: [registry],
    collect: () => {
      counter.reset();
      counter.inc(read());
    },
  });
}

/** Adds a gauge that is read from its source. */
export function addGauge(registry: Registry, { name, help, label, read }: Collected): void {
  const gauge = new Gauge({
    name,
    help,
    labelNames: [label],
    registers: [registry],
    collect: () => {
      for (const [value, count] of read()) gauge.set({ [label]: value }, count);
    },
  });
}

/** The same without a label. */
export function addPlainGauge(registry: Registry, { name, help, read }: CollectedNumber): void {
  const gauge = new Gauge({
    name,
    help,
    registers: [registry],
    collect: () => {
      gauge.set(read());
    },
  });
}

/** Counts with a zero for each label that has not occurred, so that a first occurrence shows as an increase. */
export function withZeros(
  labels: readonly string[],
  counts: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map([...labels.map((label) => [label, 0] as const), ...counts]);
}
