import { setTimeout as delay } from 'node:timers/promises';
import { formatAge } from './age.ts';
import { type AnswerFields, readCount, readObjects, readText } from './answer-fields.ts';
import { CommandFailure, failed } from './command-failure.ts';
import { type ClientFlags, askGateway } from './gateway-client.ts';
import { plainText } from './plain-text.ts';
import type { Terminal } from './terminal.ts';
import { countOf, writeJson } from './wording.ts';

/** From one look at a node that drains to the next. */
const LOOK_EVERY_MS = 200;
/** What a node may take beyond its drain time: requests under way, and its log. */
const LONGEST_END_MS = 5000;
const WIDEST_NAME = 64;

/** Lets a node go without loss, and waits until it is gone. @throws CommandFailure */
export async function drainNode(
  node: string | undefined,
  flags: ClientFlags & { readonly here?: boolean },
  terminal: Terminal,
): Promise<void> {
  const name = node ?? (await findNode(flags, terminal));
  const startedAt = performance.now();
  const path = `/api/v1/nodes/${encodeURIComponent(name)}:drain`;
  const answer = await askGateway(flags, { method: 'POST', path }, terminal);
  const sessions = readCount(answer, 'sessions');
  const endsAt = startedAt + readCount(answer, 'withinMs') + LONGEST_END_MS;
  const isGone = await watchUntil(endsAt, { name, flags, terminal });
  if (!isGone) {
    throw failed(
      `Expected node ${plainText(name, WIDEST_NAME)} to be gone within its drain time, got an answer from it after that. Its log says what it waits for.`,
    );
  }
  const tookMs = Math.round(performance.now() - startedAt);
  if (flags.json === true) {
    writeJson({ node: name, sessions, tookMs }, terminal);
    return;
  }
  terminal.out.write(
    `Drained node ${plainText(name, WIDEST_NAME)} with ${countOf(sessions, 'session')} in ${formatAge(tookMs)}.\n`,
  );
}

/** The only node, or with `--here` the one that answers. */
async function findNode(
  flags: ClientFlags & { readonly here?: boolean },
  terminal: Terminal,
): Promise<string> {
  const nodes = await listNodes(flags, terminal);
  const [only] = flags.here === true ? nodes.filter(({ here }) => here === true) : nodes;
  if (only !== undefined && (nodes.length === 1 || flags.here === true))
    return readText(only, 'name');
  const names = nodes.map((one) => plainText(readText(one, 'name'), WIDEST_NAME)).join(', ');
  throw failed(
    `Expected NODE to name one of ${nodes.length} nodes (${names}), got nothing. \`--here\` is the one that answers.`,
  );
}

async function listNodes(flags: ClientFlags, terminal: Terminal): Promise<readonly AnswerFields[]> {
  const answer = await askGateway(
    flags,
    { method: 'GET', path: '/api/v1/nodes?limit=1000' },
    terminal,
  );
  return readObjects(answer, 'nodes');
}

interface Watched {
  readonly name: string;
  readonly flags: ClientFlags;
  readonly terminal: Terminal;
}

/** True once the node answers no more; false when it still does at that instant. */
async function watchUntil(endsAt: number, { name, flags, terminal }: Watched): Promise<boolean> {
  const progress = new Progress(terminal, flags.json === true);
  try {
    while (performance.now() < endsAt) {
      const left = await countLeft(name, flags, terminal);
      if (left === 'gone') return true;
      progress.tell(
        `Draining: ${left === null ? 'no word of it' : `${countOf(left, 'session')} left`}`,
      );
      await delay(LOOK_EVERY_MS);
    }
    return false;
  } finally {
    progress.tell('');
  }
}

/** How many sessions the node still has; null while it does not answer, and may be gone. */
async function countLeft(
  name: string,
  flags: ClientFlags,
  terminal: Terminal,
): Promise<number | null | 'gone'> {
  try {
    const nodes = await listNodes(flags, terminal);
    const ours = nodes.find((node) => readText(node, 'name') === name);
    if (ours === undefined) return 'gone';
    const { sessions } = ours;
    return typeof sessions === 'number' ? sessions : null;
  } catch (error) {
    // It answered a moment ago, to the same token: what fails now is that it is gone.
    if (error instanceof CommandFailure) return 'gone';
    throw error;
  }
}

/** A line that is written over, where a person reads along. */
class Progress {
  readonly #write: ((text: string) => void) | null;
  #width = 0;

  constructor({ err }: Terminal, isSilent: boolean) {
    this.#write = err.isTerminal && !isSilent ? err.write : null;
  }

  /** An empty text takes the line away. */
  tell(text: string): void {
    if (text === '' && this.#width === 0) return;
    this.#write?.(`\r${text.padEnd(this.#width)}${text === '' ? '\r' : ''}`);
    this.#width = text.length;
  }
}
