import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Answer, Duties, Question } from './answer.ts';

/**
 * Which side of a measurement a process is on. Each has a core of its own where the system lets us choose; a process with
 * nobody at the other side has both, one of them for the threads of its collector.
 */
type Side = 'server' | 'load' | 'alone';

/** How to start a child. */
export interface WorkerPlan {
  /** Path of its compiled module, relative to the folder of the bench. */
  readonly module: string;
  readonly side: Side;
  readonly args?: readonly string[];
}

const cores: Readonly<Record<Side, string>> = { server: '0', load: '1', alone: '0,1' };
const nodeFlags = ['--expose-gc', '--max-old-space-size=8192', '--no-warnings'];

/** Whether each side has a core of its own. */
export const isPinned: boolean =
  availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** A child process and what it can be asked. */
export class Worker<D extends Duties> {
  readonly #child: ChildProcess;
  readonly #open: Map<number, (answer: Answer) => void> = new Map();
  #asked = 0;
  #hasEnded = false;

  constructor({ module, side, args = [] }: WorkerPlan) {
    const script = fileURLToPath(new URL(`../${module}`, import.meta.url));
    const profile = side !== 'load' ? (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ') : [];
    const command = [process.execPath, ...nodeFlags, ...profile.filter(Boolean), script, ...args];
    const [program = '', ...rest] = isPinned ? ['taskset', '-c', cores[side], ...command] : command;
    this.#child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (answer: Answer) => this.#open.get(answer.id)?.(answer));
    this.#child.on('exit', (code, signal) => this.#ended(`${module} ended (${code ?? signal}).`));
  }

  /** Asks and awaits the answer. Rejects with the child's error, or when the child ends. */
  async ask<K extends keyof D & string>(
    name: K,
    ...args: Parameters<D[K]>
  ): Promise<Awaited<ReturnType<D[K]>>> {
    if (this.#hasEnded) throw new Error(`Could not ask ${name}: the process has ended.`);
    this.#asked += 1;
    const question: Question = { id: this.#asked, name, args };
    const { value, error } = await new Promise<Answer>((resolve) => {
      this.#open.set(question.id, resolve);
      this.#child.send(question);
    });
    this.#open.delete(question.id);
    if (error !== undefined) throw new Error(`Asking ${name} failed: ${error}`);
    return value as Awaited<ReturnType<D[K]>>;
  }

  /** Ends the process and waits until it is gone. */
  async end(): Promise<void> {
    if (this.#hasEnded) return;
    const gone = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.disconnect();
    await gone;
  }

  #ended(why: string): void {
    this.#hasEnded = true;
    for (const [id, tell] of this.#open) tell({ id, error: why });
  }
}
