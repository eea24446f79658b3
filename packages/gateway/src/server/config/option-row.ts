/** How the text of an option is read. */
export type OptionKind =
  | 'text'
  | 'secret'
  | 'url'
  | 'http-url'
  | 'redis-url'
  | 'name'
  | 'integer'
  | 'percent'
  | 'duration'
  | 'size'
  | 'rate'
  | 'whole-rate'
  | 'boolean'
  | 'origins'
  | 'addresses'
  | 'choice'
  | 'environment';

/** One option of `holdfast serve`. Everything said about an option anywhere is derived from this. */
export interface OptionRow {
  /** The flag without its dashes; variable and file key follow from it. */
  readonly name: string;
  /** Name in the resolved settings; where the library has the same option, the library's name. */
  readonly property: string;
  readonly kind: OptionKind;
  /** As a user would write it; undefined where there is none, or where it depends on other things. */
  readonly default: string | undefined;
  /** What `--help` says in place of `default`. */
  readonly defaultNote?: string;
  readonly help: string;
  /** Smallest and largest value, in the unit of the kind (ms, bytes, per second, a plain count). */
  readonly min?: number;
  readonly max?: number;
  readonly choices?: readonly string[];
  /** How many seconds' worth of a rate may come at once; 1 where not said. */
  readonly burstFactor?: number;
}
