import type { RawSamples } from '../../packages/gateway/dist/proof/evidence/evidence.js';
import type { Figure } from './measures/bench.ts';

/** Everything that was measured of one system, in the order in which it was. */
export class Samples {
  readonly #byName: Map<string, { readonly unit: string; readonly values: number[] }> = new Map();

  keep({ name, unit }: Figure, value: number): void {
    const known = this.#byName.get(name);
    if (known) known.values.push(value);
    else this.#byName.set(name, { unit, values: [value] });
  }

  valuesOf({ name }: Figure): readonly number[] {
    return this.#byName.get(name)?.values ?? [];
  }

  toRaw(): readonly RawSamples[] {
    return [...this.#byName].map(([name, { unit, values }]) => ({ name, unit, values }));
  }
}
