import type { optionTable } from './option-table.ts';
import type { Rate } from './units.ts';

/** The environments that have settings of their own. */
export type EnvironmentName = 'test' | 'ci' | 'development' | 'staging' | 'production';

type Row = (typeof optionTable)[number];

interface ValueByKind {
  readonly text: string;
  readonly secret: string;
  readonly url: string;
  readonly 'http-url': string;
  readonly 'redis-url': string;
  readonly name: string;
  readonly integer: number;
  readonly percent: number;
  readonly duration: number;
  readonly size: number;
  readonly rate: Rate;
  readonly 'whole-rate': number;
  readonly boolean: boolean;
  readonly origins: readonly string[];
  readonly addresses: readonly string[];
  readonly environment: EnvironmentName;
}

type ValueOf<R extends Row> = R extends { readonly choices: readonly (infer Choice)[] }
  ? Choice
  : R['kind'] extends keyof ValueByKind
    ? ValueByKind[R['kind']]
    : never;

/**
 * The resolved settings of `holdfast serve`: durations in ms, sizes in bytes. A property is
 * undefined only where the option has no default of its own in the table.
 */
export type ServeConfig = {
  readonly [R in Exclude<
    Row,
    { readonly property: 'configFile' | 'environment' }
  > as R['property']]: ValueOf<R> | (R['default'] extends undefined ? undefined : never);
} & { readonly environment: EnvironmentName };
