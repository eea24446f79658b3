import { demand } from '../finding.ts';
import type { HostProcess } from '../host-process.ts';
import type { Stage } from './stage.ts';

/** Holds that the log of a gateway has a line with these words, now or a moment later. @throws Finding */
export async function demandLogLine(
  stage: Stage,
  host: HostProcess | null,
  words: string,
): Promise<void> {
  const stands = async (): Promise<boolean> =>
    await Promise.resolve(host?.logs.some(({ msg }) => String(msg).includes(words)) === true);
  demand(await stage.eventually(stands, 2_000), {
    expected: `a log line with "${words}"`,
    got: 'none',
    cause: 'What happened leaves no trace in the log: operators, and alerts on it, do not see it.',
  });
}
