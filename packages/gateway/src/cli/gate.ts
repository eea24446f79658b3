import { readFileSync } from 'node:fs';
import path from 'node:path';
import { locateEvidence, readEvidence } from '../proof/evidence/read-evidence.ts';
import {
  type Decision,
  decide,
  type Destination,
  type FoundEvidence,
} from '../proof/gate/decide.ts';
import { describeDecision, tellDecision } from '../proof/gate/tell-decision.ts';
import { type Policy, seedPolicy } from '../proof/gate/policy.ts';
import { readPolicy } from '../proof/gate/read-policy.ts';
import { shown } from '../server/config/config-error.ts';
import { readConfigFile } from '../server/config/config-file.ts';
import { CommandFailure, exitStatus, wrongUsage } from './command-failure.ts';
import { readEvidenceKey } from './evidence-key.ts';
import { plainText } from './plain-text.ts';
import type { Terminal } from './terminal.ts';
import { writeJson } from './wording.ts';

/** Flags of `holdfast gate`. */
export interface GateFlags {
  readonly for?: string;
  readonly policy?: string;
  readonly commit?: string;
  readonly evidenceKey?: string;
  readonly json?: boolean;
}

/**
 * Holds evidence against a policy and prints the answer.
 *
 * @throws CommandFailure with status 1 where it is a no-go, and 2 where the command line or the policy does not fit
 */
export async function runGate(
  folders: readonly string[],
  flags: GateFlags,
  terminal: Terminal,
): Promise<void> {
  const policy = loadPolicy(flags.policy, terminal);
  const destination = readDestination(flags.for);
  const commit = readCommit(flags.commit);
  const key = readEvidenceKey(flags, terminal);
  const files = await Promise.all(folders.map((folder) => find(folder, key, terminal)));
  const question = { policy, destination, commit, hasKey: key !== undefined, now: Date.now() };
  const decision = decide(files, question);
  if (flags.json === true) writeJson(describeDecision(decision, files, question), terminal);
  else print(tellDecision(decision, files, question), decision, terminal);
  if (!decision.isGo) throw new CommandFailure(exitStatus.failed, []);
}

function loadPolicy(file: string | undefined, { folder }: Terminal): Policy {
  if (file === undefined) return seedPolicy;
  const read = readConfigFile({ flag: '--policy', path: file }, (given) =>
    readFileSync(path.resolve(folder, given), 'utf8'),
  );
  if (!read.ok) throw wrongUsage(read.problem);
  const reading = readPolicy(read.entries);
  if (reading.ok) return reading.policy;
  throw new CommandFailure(exitStatus.wrongUsage, reading.problems);
}

function readDestination(given: string | undefined): Destination | null {
  if (given === undefined || given === 'staging' || given === 'production') return given ?? null;
  throw wrongUsage(`Expected \`--for\` to be staging or production, got ${shown(given)}.`);
}

function readCommit(given: string | undefined): string | null {
  if (given === undefined) return null;
  if (/^[0-9a-f]{7,64}$/.test(given)) return given;
  throw wrongUsage(
    `Expected \`--commit\` to be a commit of 7 or more hexadecimal digits, got ${shown(given)}.`,
  );
}

async function find(
  folder: string,
  key: string | undefined,
  terminal: Terminal,
): Promise<FoundEvidence> {
  const file = await locateEvidence(path.resolve(terminal.folder, folder));
  const name = path.relative(terminal.folder, file);
  return { file: name.startsWith('..') ? file : name, found: await readEvidence(file, key) };
}

function print(lines: readonly string[], { isGo }: Decision, { out }: Terminal): void {
  const [verdict = '', ...rest] = lines.map((line) => plainText(line, LONGEST_LINE));
  const { bold, red, cyan } = out.colors;
  out.write(
    `${bold(isGo ? cyan(verdict) : red(verdict))}\n${rest.map((line) => `${line}\n`).join('')}`,
  );
}

/** Texts in evidence are anybody's: a line of them is cut here. */
const LONGEST_LINE = 2_000;
