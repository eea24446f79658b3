import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

/** An alert as the rules file has it. */
export interface AlertRule {
  readonly alert: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

/** The file that operators load. */
export const rulesFile: string = fileURLToPath(
  new URL('../../operations/alerts.yml', import.meta.url),
);
const cases = ['alert-cases.yml', 'alert-cases-of-days.yml'];
/** The cases for `promtool test rules`. */
export const caseFiles: readonly string[] = cases.map((name) =>
  path.join(path.dirname(fileURLToPath(import.meta.url)), name),
);

/** Every rule, in the order of the file. */
export function readRules(): readonly AlertRule[] {
  const { groups } = parse(readFileSync(rulesFile, 'utf8')) as {
    groups: { rules: AlertRule[] }[];
  };
  return groups.flatMap(({ rules }) => rules);
}

const times: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/**
 * The rules with every duration cut down for a Prometheus that scrapes each second: a minute becomes a second, within
 * bounds, so that a window still holds some scrapes and nobody waits for a day.
 *
 * @param text of the rules file
 */
export function shortenDurations(text: string): string {
  const shorten = (count: string, unit: string, [least, most]: readonly [number, number]): string =>
    `${Math.min(most, Math.max(least, Math.round((Number(count) * (times[unit] ?? 1)) / 60)))}s`;
  return text
    .replaceAll(/(\bfor: )(\d+)([smhd])\b/g, (_, before: string, count: string, unit: string) => {
      return before + shorten(count, unit, [1, 3]);
    })
    .replaceAll(
      /(\[|\boffset )(\d+)([smhd])\b/g,
      (_, before: string, count: string, unit: string) => {
        return before + shorten(count, unit, [10, 10]);
      },
    );
}
