/**
 * Runs the simulator on a seed and prints what happens, line by line; the command a failing test names.
 *
 * usage: node scripts/simulate.mjs --seed N [--minutes M] [--seeds COUNT] [--quiet]
 *        node scripts/simulate.mjs --nodes --seed N [--rounds R] [--seeds COUNT] [--quiet]
 *        with --seeds, so many seeds from N on, telling only those in which an invariant does not hold; with --nodes, a
 *        cluster of two to four nodes on a simulated store instead of one process
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';
import { buildIfStale } from './build.mjs';
import { root } from './workspace.mjs';

const usage = [
  'usage: npm run simulate -- --seed N [--minutes M] [--seeds COUNT] [--quiet]',
  '       npm run simulate -- --nodes --seed N [--rounds R] [--seeds COUNT] [--quiet]',
].join('\n');
const values = readFlags();
if (values === null || values.help) {
  (values === null ? console.error : console.log)(usage);
  process.exit(values === null ? 2 : 0);
}
const first = Number(values.seed);
const many = Number(values.seeds);
const minutes = Number(values.minutes);
const rounds = Number(values.rounds);
if (![first, many, minutes, rounds].every((value) => Number.isSafeInteger(value) && value >= 0)) {
  console.error('Expected --seed, --seeds, --minutes and --rounds to be whole numbers.');
  process.exit(2);
}
if (!buildIfStale()) process.exit(1);

const simulator = pathToFileURL(path.join(root, 'packages/holdfast/dist/testing/index.js'));
const { clusterReplayCommand, replayCommand, simulate, simulateCluster } =
  /** @type {typeof import('holdfast/testing')} */ (await import(simulator.href));
const trace = many === 1 && !values.quiet ? console.log : undefined;
for (let seed = first; seed < first + many; seed += 1) {
  const about = { seed, ...(trace === undefined ? {} : { trace }) };
  const [result, command] = await run(about);
  if (many === 1) console.log(`${result.steps} callbacks`, result.counts);
  if (result.violation === null) continue;
  const { invariant, message, atMs } = result.violation;
  const at = (atMs / 1000).toFixed(3);
  console.error(`${invariant} does not hold at ${at} s of seed ${seed}: ${message}`);
  if (many > 1) console.error(`  ${command}`);
  process.exitCode = 1;
}

/**
 * One seed, and the command that runs it again.
 *
 * @param {{ seed: number, trace?: (line: string) => void }} about
 */
async function run(about) {
  if (values?.nodes !== true) {
    const result = await simulate({ ...about, minutes });
    return /** @type {const} */ ([result, replayCommand(result)]);
  }
  const result = await simulateCluster({ ...about, rounds });
  return /** @type {const} */ ([result, clusterReplayCommand(result)]);
}

/** The flags; null, and a line about it, where one of them is none. */
function readFlags() {
  try {
    return parseArgs({
      options: {
        seed: { type: 'string', default: '1' },
        seeds: { type: 'string', default: '1' },
        minutes: { type: 'string', default: '30' },
        nodes: { type: 'boolean', default: false },
        rounds: { type: 'string', default: '1' },
        quiet: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false, short: 'h' },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    console.error(error.message.split('\n')[0]);
    return null;
  }
}
