import { parseArgs } from 'node:util';
import { chat, type Workload } from './workload.ts';

/** What the model was asked for. */
export type ModelRequest =
  | {
      readonly wants: 'model';
      readonly workload: Workload;
      readonly seed: number;
      readonly minutes: number;
    }
  | { readonly wants: 'measure'; readonly acts: number }
  | { readonly wants: 'help' | 'nothing'; readonly text: string };

const usage = [
  'usage: npm run model -- [--users N] [--nodes N] [--minutes N] [--seed N]    what a cluster asks of Redis, by formulas and simulated',
  '       npm run model -- --measure [--acts N]                              what each act costs a real Redis, and whether it adds up',
].join('\n');

/** Reads the arguments of `npm run model`. */
export function readModelRequest(args: readonly string[]): ModelRequest {
  const values = parse(args);
  if (values === null) return { wants: 'nothing', text: usage };
  if (values.help === true) return { wants: 'help', text: usage };
  const users = Number(values.users ?? chat.users);
  const nodes = Number(values.nodes ?? Math.max(2, Math.round(users / 10_000)));
  const [seed, minutes, acts] = [values.seed, values.minutes, values.acts].map(Number);
  const all = [users, nodes, seed, minutes, acts];
  if (!all.every((one) => Number.isSafeInteger(one) && (one ?? 0) > 0))
    return {
      wants: 'nothing',
      text: `Expected every number to be a whole one, at least 1.\n${usage}`,
    };
  if (values.measure === true) return { wants: 'measure', acts: acts ?? 0 };
  const workload = { ...chat, users, nodes };
  return { wants: 'model', workload, seed: seed ?? 0, minutes: minutes ?? 0 };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        users: { type: 'string' },
        nodes: { type: 'string' },
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: '1' },
        measure: { type: 'boolean' },
        acts: { type: 'string', default: '4000' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return null;
  }
}
