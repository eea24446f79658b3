import { type ActKind, actKinds, type Work, type WorkByKind } from './acts.ts';

const fields = 4;
const placeOf = new Map(actKinds.map((kind, at) => [kind, at]));

/** Acts counted one by one, by kind and second. */
export class Tally {
  readonly #counted: Float64Array;
  readonly seconds: number;
  /** The second that is counted now. */
  second = 0;

  constructor(seconds: number) {
    this.seconds = seconds;
    this.#counted = new Float64Array(seconds * actKinds.length * fields);
  }

  count(kind: ActKind, rows = 0, told = 0, entries = 0): void {
    const at = this.#at(this.second, kind);
    const counted = this.#counted;
    counted[at] = (counted[at] ?? 0) + 1;
    counted[at + 1] = (counted[at + 1] ?? 0) + rows;
    counted[at + 2] = (counted[at + 2] ?? 0) + told;
    counted[at + 3] = (counted[at + 3] ?? 0) + entries;
  }

  /** Many of one kind at once. */
  countMany(kind: ActKind, { acts, rows, told, entries }: Work): void {
    const at = this.#at(this.second, kind);
    [acts, rows, told, entries].forEach((one, field) => {
      this.#counted[at + field] = (this.#counted[at + field] ?? 0) + one;
    });
  }

  /** What one second held. */
  workOf(second: number): WorkByKind {
    return this.meanOf(second, second + 1);
  }

  /** The mean of the seconds from one up to, and without, another. */
  meanOf(from: number, to: number): WorkByKind {
    const read = (kind: ActKind, field: number): number => {
      let sum = 0;
      for (let second = from; second < to; second += 1)
        sum += this.#counted[this.#at(second, kind) + field] ?? 0;
      return sum / (to - from);
    };
    return Object.fromEntries(
      actKinds.map((kind) => {
        const [acts = 0, rows = 0, told = 0, entries = 0] = [0, 1, 2, 3].map((one) =>
          read(kind, one),
        );
        return [kind, { acts, rows, told, entries }];
      }),
    ) as Record<ActKind, Work>;
  }

  #at(second: number, kind: ActKind): number {
    return (second * actKinds.length + (placeOf.get(kind) ?? 0)) * fields;
  }
}
