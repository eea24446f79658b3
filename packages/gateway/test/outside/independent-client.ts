import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { readServerFrame } from '../wire-check.ts';
import type { Follower, FollowerOptions, ToldGap } from './follower.ts';

const script = fileURLToPath(new URL('independent-client.py', import.meta.url));

/** A Python that has the library: the system's own is where Debian puts it. */
function findPython(): string {
  const found = ['/usr/bin/python3', 'python3'].find(
    (python) => spawnSync(python, ['-c', 'import websockets']).status === 0,
  );
  if (found === undefined)
    throw new Error('Missing python3-websockets: apt-get install python3-websockets');
  return found;
}

/** The client in Python, in a process of its own. */
export class IndependentClient implements Follower {
  readonly events: { offset: number; data: unknown }[] = [];
  readonly gaps: ToldGap[] = [];
  readonly closes: number[] = [];
  /** What each `ready` said of how it came back. */
  readonly outcomes: string[] = [];
  errors = '';
  readonly #child: ChildProcess;

  constructor({ url, token }: FollowerOptions) {
    this.#child = spawn(findPython(), [script, url, token], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
    let rest = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(line);
    });
  }

  get greetings(): number {
    return this.outcomes.length;
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }

  #take(line: string): void {
    const word = JSON.parse(line) as { type: string; code: number };
    if (word.type === 'lost') {
      this.closes.push(word.code);
      return;
    }
    const { type, offset, data, resume, ...gap } = readServerFrame(line) as unknown as {
      type: string;
      offset: number;
      data: unknown;
      resume: ToldGap & { outcome: string };
    } & ToldGap;
    if (type === 'event') this.events.push({ offset, data });
    if (type === 'gap') this.gaps.push(gap);
    if (type !== 'ready') return;
    this.outcomes.push(resume.outcome);
    if (resume.outcome === 'gap') this.gaps.push(resume);
  }
}
