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

/** How long a window of the cut-down rules is, seconds: some scrapes. */
const WINDOW = '10s';
/** How far back they look; longer than a window, so that what begins in one lasts for a while beside what was before it. */
const OFFSET = '25s';
/** The longest that anything has to last, seconds. */
const MOST_LASTING = 3;

/**
 * The rules with every duration cut down for a Prometheus that scrapes each second: of what must last for minutes as many
 * seconds, up to three; windows of ten seconds, and a day of twenty-five.
 *
 * @param text of the rules file
 */
export function shortenDurations(text: string): string {
  return text
    .replaceAll(/\bfor: (\d+)([mh])\b/g, (_, count: string, unit: string) => {
      const minutes = Number(count) * (unit === 'h' ? 60 : 1);
      return `for: ${Math.min(MOST_LASTING, minutes)}s`;
    })
    .replaceAll(/\[\d+[mhd]\]/g, `[${WINDOW}]`)
    .replaceAll(/\boffset \d+[mhd]\b/g, `offset ${OFFSET}`);
}
