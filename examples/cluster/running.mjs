import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * @typedef {object} Program
 * @property {string} name as it is shown
 * @property {string} command
 * @property {readonly string[]} flags
 * @property {Readonly<Record<string, string>>} [variables]
 * @property {() => Promise<boolean>} isReady
 */

/** How long a program may take until it is ready, and how many of its last lines are told when it is not. */
const patienceMs = 30_000;
const keptLines = 8;
const askEveryMs = 100;

/** A program of the cluster. It is in a process group of its own, so that Ctrl-C reaches only whoever started it. */
export class Running {
  /** @type {string[]} */
  #said = [];
  #program;
  #child;
  /** @type {Error | null} */
  #fault = null;

  /** @param {Program} program */
  constructor(program) {
    this.#program = program;
    this.#child = spawn(program.command, program.flags, {
      env: { ...process.env, ...program.variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child.on('error', (error) => (this.#fault = error));
    for (const stream of [this.#child.stdout, this.#child.stderr])
      createInterface({ input: stream }).on('line', (line) => this.#hear(line));
  }

  get isAlive() {
    const { exitCode, signalCode } = this.#child;
    return this.#fault === null && exitCode === null && signalCode === null;
  }

  /**
   * Resolves once it is ready.
   *
   * @throws Error with its last words, where it ends before that or takes too long
   */
  async ready() {
    const until = performance.now() + patienceMs;
    while (!(await this.#program.isReady())) {
      const { name } = this.#program;
      if (!this.isAlive) throw new Error(`${name} ended before it was ready.\n${this.#lastWords}`);
      if (performance.now() > until)
        throw new Error(
          `Expected ${name} to be ready within ${patienceMs} ms.\n${this.#lastWords}`,
        );
      await wait(askEveryMs);
    }
  }

  /** @param {NodeJS.Signals} name */
  signal(name) {
    if (this.isAlive) this.#child.kill(name);
  }

  /**
   * Resolves when it is gone: on its own after SIGTERM, by SIGKILL when that takes longer than this.
   *
   * @param {number} withinMs
   */
  async end(withinMs) {
    if (!this.isAlive) return;
    const gone = once(this.#child, 'exit');
    const late = setTimeout(() => this.#child.kill('SIGKILL'), withinMs);
    // One that is frozen hears nothing else.
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGTERM');
    await gone;
    clearTimeout(late);
  }

  get #lastWords() {
    return this.#fault?.message ?? this.#said.join('\n');
  }

  /** @param {string} line */
  #hear(line) {
    this.#said.push(line);
    if (this.#said.length > keptLines) this.#said.shift();
  }
}
