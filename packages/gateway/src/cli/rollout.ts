import { shown } from '../server/config/config-error.ts';
import { formatDuration, formatSize, parsePercent } from '../server/config/units.ts';
import { formatAge } from './age.ts';
import {
  type AnswerFields,
  readCount,
  readObject,
  readObjects,
  readText,
} from './answer-fields.ts';
import { wrongUsage } from './command-failure.ts';
import { type ApiRequest, type ClientFlags, askGateway } from './gateway-client.ts';
import { plainText } from './plain-text.ts';
import { type Column, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { countOf, writeJson } from './wording.ts';

/** The flags of `holdfast rollout`. */
export interface RolloutFlags extends ClientFlags {
  readonly reason?: string;
}

/** What is asked of a rollout, as it was typed. */
export interface RolloutOrder {
  readonly order: string;
  readonly percent: string | undefined;
}

/** Where a rollout is told and asked about. */
const PATH = '/api/v1/rollout';

/** Shows the rollout, after having changed it where that is asked for. @throws CommandFailure */
export async function rollOut(
  given: RolloutOrder,
  flags: RolloutFlags,
  terminal: Terminal,
): Promise<void> {
  const answer = await askGateway(flags, requestOf(given, flags), terminal);
  if (flags.json === true) writeJson(answer, terminal);
  else writeStatus(answer, terminal);
}

function requestOf({ order, percent }: RolloutOrder, { reason }: RolloutFlags): ApiRequest {
  const why = reason === undefined ? {} : { reason };
  if (order === 'set')
    return { method: 'PUT', path: PATH, body: { ...readPercent(percent), ...why } };
  if (percent !== undefined) {
    throw wrongUsage(`Expected no percentage with ${shown(order)}, got ${shown(percent)}.`);
  }
  if (order === 'back') return { method: 'POST', path: `${PATH}:back`, body: why };
  if (order !== 'status') {
    throw wrongUsage(
      `Expected ORDER to be status, set or back, got ${shown(order)}. \`holdfast rollout --help\` tells more.`,
    );
  }
  if (reason === undefined) return { method: 'GET', path: PATH };
  throw wrongUsage(
    'Expected `--reason` with set or back, got it with status, which changes nothing.',
  );
}

function readPercent(text: string | undefined): { readonly percent: number } {
  const percent = text === undefined ? undefined : parsePercent(text);
  if (percent !== undefined) return { percent };
  const got = text === undefined ? 'nothing' : shown(text);
  throw wrongUsage(
    `Expected PERCENT to be a percentage from 0 to 100 with at most two decimals, got ${got}.`,
  );
}

function writeStatus(answer: AnswerFields, { out }: Terminal): void {
  const { write, colors } = out;
  write(`${colors.bold(headline(answer))}\n`);
  write(`Would have refused  ${countsOf(readObject(answer, 'wouldRefuse'))}\n`);
  write(`Would have reaped   ${countsOf(readObject(answer, 'wouldReap'))}\n`);
  write(`Guard               ${guardLine(readObject(answer, 'guard'))}\n`);
  const steps = readObjects(answer, 'steps');
  if (steps.length > 0) write(`\n${formatTable(columns, steps, colors.dim)}`);
  const rolledBack = steps.find((step) => step['action'] === 'back');
  if (rolledBack !== undefined)
    write(`Last rolled back because: ${plainText(readText(rolledBack, 'why'), 400)}\n`);
}

function headline(answer: AnswerFields): string {
  const limit = readCount(answer, 'limit');
  switch (answer['stage']) {
    case 'observe':
      return `Observing: the limit of ${limit} and the clean-up are enforced for nobody`;
    case 'everyone':
      return `Enforced for everyone: at most ${countOf(limit, 'session')} each`;
    case 'rolled-back':
      return `Rolled back: nothing is enforced up to ${readCount(answer, 'interimLimit')} sessions each (usually ${limit})`;
    default:
      if (answer['provider'] !== null)
        return `Enforced for whom the provider ${plainText(readText(answer, 'provider'), 64)} says, asked with ${readCount(answer, 'percent')} %`;
      return `Enforced for ${readCount(answer, 'percent')} % of the users: at most ${countOf(limit, 'session')} each`;
  }
}

function countsOf(counts: AnswerFields): string {
  const shownCounts = Object.keys(counts).map(
    (name) => `${readCount(counts, name)} (${plainText(name, 40)})`,
  );
  return shownCounts.length === 0 ? '0' : shownCounts.join(', ');
}

function guardLine(guard: AnswerFields): string {
  if (guard['armed'] !== true) return 'off';
  const latency = formatDuration(readCount(guard, 'latencyMs'));
  const failures = countOf(readCount(guard, 'sweepFailures'), 'failed sweep');
  const growth = formatSize(readCount(guard, 'memoryGrowthBytes'));
  const stand = formatAge(readCount(guard, 'standMs'));
  return `armed: creation over ${latency} or ${failures} for ${stand}, memory up ${growth} in 10m`;
}

const columns: readonly Column<AnswerFields>[] = [
  { title: 'AGO', isNumber: true, text: (row) => formatAge(Date.now() - readCount(row, 'at')) },
  { title: 'BY', text: (row) => readText(row, 'by') },
  { title: 'DID', text: (row) => readText(row, 'action') },
  { title: 'FROM', isNumber: true, text: (row) => `${readCount(row, 'from')} %` },
  { title: 'TO', isNumber: true, text: (row) => `${readCount(row, 'to')} %` },
  { title: 'WHY', text: (row) => readText(row, 'why') },
];
