import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { mintToken } from '../../src/server/auth/mint.ts';

const bin = fileURLToPath(new URL('../../bin/holdfast.js', import.meta.url));
const secret = 'a secret of the tests, at least thirty-two bytes';
/** What the HTTP API of every gateway of the tests is asked with. */
export const adminToken = 'an-admin-token-of-the-tests';

/** What a token says beside its user. */
export interface Claims {
  readonly maxSessions?: number;
  readonly jti?: string;
  readonly device?: string;
  readonly ttlMs?: number;
}

/** The real command in a process of its own, reached over loopback as a user would. */
export class RunningGateway {
  readonly child: ChildProcess;
  /** Every log line so far, parsed. */
  readonly logs: Record<string, unknown>[] = [];
  /** Everything written to stderr. */
  errors = '';
  port = 0;

  private constructor(flags: readonly string[], env: NodeJS.ProcessEnv) {
    const keys = flags.includes('--jwks-url') ? [] : ['--auth-secret', secret];
    const always = [
      'serve',
      '--port',
      '0',
      ...keys,
      '--admin-token',
      adminToken,
      '--log-format',
      'json',
    ];
    this.child = spawn(process.execPath, [bin, ...always, ...flags], {
      env: { PATH: process.env['PATH'], HOLDFAST_ENV: 'test', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stderr?.on('data', (chunk: Buffer) => (this.errors += chunk.toString()));
  }

  /** Starts one and resolves once it answers. */
  static async start(
    flags: readonly string[] = [],
    env: NodeJS.ProcessEnv = {},
  ): Promise<RunningGateway> {
    const gateway = new RunningGateway(flags, env);
    await gateway.#listening();
    return gateway;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  tokenFor(userId: string, claims: Claims = {}): string {
    const minted = mintToken({ secret, userId, nowMs: Date.now(), ttlMs: 7_200_000, ...claims });
    if (!minted.ok) throw new Error(minted.detail);
    return minted.token;
  }

  /** The path a client of this user connects to. */
  pathFor(userId: string, claims: Claims = {}): string {
    return `/ws?token=${this.tokenFor(userId, claims)}`;
  }

  /** Asks the HTTP API as its administrator. */
  async ask(
    method: string,
    where: string,
    body?: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const response = await fetch(`${this.url}${where}`, {
      method,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }

  /** How many sessions of this user the API counts. */
  async count(userId: string): Promise<number> {
    const { body } = await this.ask('GET', `/api/v1/users/${encodeURIComponent(userId)}/sessions`);
    return Number(body['count']);
  }

  /** Resident memory, bytes. */
  get residentBytes(): number {
    const line = /VmRSS:\s+(\d+) kB/.exec(this.#proc('status'));
    return Number(line?.[1]) * 1024;
  }

  get openFiles(): number {
    return readdirSync(path.join('/proc', String(this.child.pid), 'fd')).length;
  }

  get isAlive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Ends it as an operator would and returns its exit status. */
  async stop(): Promise<number | null> {
    if (this.isAlive) {
      this.child.kill('SIGCONT');
      this.child.kill('SIGTERM');
      await new Promise<void>((resolve) => void this.child.once('exit', () => resolve()));
    }
    return this.child.exitCode;
  }

  #proc(file: string): string {
    return readFileSync(path.join('/proc', String(this.child.pid), file), 'utf8');
  }

  #listening(): Promise<void> {
    let rest = '';
    return new Promise((resolve, reject) => {
      this.child.once('exit', (code) =>
        reject(new Error(`The gateway ended with ${code} before it listened.\n${this.errors}`)),
      );
      this.child.stdout?.on('data', (chunk: Buffer) => {
        const lines = (rest + chunk.toString()).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.#take(line, resolve);
      });
    });
  }

  #take(line: string, listening: () => void): void {
    if (!line.startsWith('{')) return;
    const entry = JSON.parse(line) as Record<string, unknown>;
    this.logs.push(entry);
    if (entry['event'] !== 'listening') return;
    this.port = Number(new URL(String(entry['url'])).port);
    listening();
  }
}
