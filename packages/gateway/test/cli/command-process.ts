import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The file that is the command `holdfast`, from the build. */
export const bin: string = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));

/** Good secrets that are easy to find in a text where they must not stand. */
export const SECRET = 'canary-secret-0123456789-0123456789';
export const ADMIN = 'canary-admin-0123456789';

/** The same as variables. */
export const secrets: Readonly<Record<string, string>> = {
  HOLDFAST_AUTH_SECRET: SECRET,
  HOLDFAST_ADMIN_TOKEN: ADMIN,
};

/** Where a command runs: by default in a new folder, with no variable but PATH. */
export interface Place {
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

const running: CommandProcess[] = [];

/** A process of Node.js and what it has written so far. */
export class CommandProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  out = '';
  err = '';

  constructor(argv: readonly string[], { folder = newFolder(), env = {} }: Place = {}) {
    this.child = spawn(process.execPath, argv, {
      cwd: folder,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.err += chunk.toString()));
    this.ended = new Promise((resolve) => void this.child.once('close', resolve));
    running.push(this);
  }

  /** Resolves with the match once the standard output has one. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    return await new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.out);
        if (match !== null) resolve(match);
      };
      this.child.stdout?.on('data', look);
      void this.ended.then((status) => {
        reject(
          new Error(`Ended with ${status} before ${String(pattern)}.\n${this.out}${this.err}`),
        );
      });
      look();
    });
  }
}

/** Ends those that a test has left running. */
export async function endProcesses(): Promise<void> {
  for (const { child, ended } of running.splice(0)) {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
  }
}

/** An empty folder of its own. */
export function newFolder(): string {
  return mkdtempSync(path.join(tmpdir(), 'holdfast-cli-'));
}

/** Starts `holdfast` with these arguments. */
export function start(argv: readonly string[], place: Place = {}): CommandProcess {
  return new CommandProcess([bin, ...argv], place);
}

/** Runs `holdfast` with these arguments to its end. */
export async function run(
  argv: readonly string[],
  place: Place = {},
): Promise<{ status: number | null; out: string; err: string }> {
  const command = start(argv, place);
  const status = await command.ended;
  return { status, out: command.out, err: command.err };
}

/** A gateway in the environment test, with secrets made up in a folder of its own. */
export async function serve(): Promise<{
  gateway: CommandProcess;
  place: Required<Place>;
  url: string;
}> {
  const folder = newFolder();
  const gateway = start(['serve', '--port', '0', '--env', 'test'], { folder });
  const [, url = ''] = await gateway.shows(
    /"event":"listening".*"url":"([^"]+)"|"url":"([^"]+)".*"event":"listening"/,
  );
  return { gateway, place: { folder, env: { HOLDFAST_URL: url } }, url };
}
