import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FaultProxy } from 'holdfast/testing';

const program = fileURLToPath(new URL('../server.mjs', import.meta.url));

/** The example as a process, behind a network that the test switches off. */
export class ExampleServer {
  readonly #folder: string = mkdtempSync(path.join(tmpdir(), 'agent-chat-'));
  #network: FaultProxy | null = null;
  #child: ChildProcess | null = null;

  /** The same for every process that serves it. */
  get url(): string {
    return `http://127.0.0.1:${this.network.port}/`;
  }

  get network(): FaultProxy {
    if (this.#network === null) throw new Error('Expected the example to have been started.');
    return this.#network;
  }

  /** @param pace of the agent: 2 is twice as slow as it is for people */
  async start(pace = 0.5): Promise<void> {
    const flags = ['--port', '0', '--data', this.#folder, '--pace', String(pace)];
    const child = spawn(process.execPath, [program, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    const targetPort = await new Promise<number>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The example ended with ${code}.`)));
      child.stdout.on('data', (data: Buffer) => {
        const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(data.toString())?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
    this.#network?.retarget(targetPort);
    this.#network ??= await FaultProxy.start({ targetPort });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    child.kill(signal);
    await ended;
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    await this.#network?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
