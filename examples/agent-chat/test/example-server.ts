import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../server.mjs', import.meta.url));

/** The example as a process, behind a network that the test switches off. */
export class ExampleServer {
  readonly #folder: string = mkdtempSync(path.join(tmpdir(), 'agent-chat-'));
  readonly #network: Server;
  readonly #sockets: Set<Socket> = new Set();
  #child: ChildProcess | null = null;
  #port = 0;
  #isDown = false;

  constructor() {
    this.#network = createServer((near) => {
      if (this.#isDown || this.#port === 0) {
        near.resetAndDestroy();
        return;
      }
      const far = connect(this.#port, '127.0.0.1');
      this.#join(near, far);
      this.#join(far, near);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#network.address() as AddressInfo).port}/`;
  }

  /** @param pace of the agent: 2 is twice as slow as it is for people */
  async start(pace = 0.5): Promise<void> {
    if (!this.#network.listening)
      await new Promise<void>((resolve) => void this.#network.listen(0, '127.0.0.1', resolve));
    const flags = ['--port', '0', '--data', this.#folder, '--pace', String(pace)];
    const child = spawn(process.execPath, [program, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#child = child;
    this.#port = await new Promise<number>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`The example ended with ${code}.`)));
      child.stdout.on('data', (data: Buffer) => {
        const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(data.toString())?.[1];
        if (port !== undefined) resolve(Number(port));
      });
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    this.#child = null;
    this.#port = 0;
    if (child === null) return;
    const ended = new Promise<void>((resolve) => void child.once('close', () => resolve()));
    child.kill(signal);
    await ended;
  }

  /** Nothing passes any more, and nobody is told; who connects is reset. */
  switchOff(): void {
    this.#isDown = true;
    for (const socket of this.#sockets) socket.unpipe().pause();
  }

  switchOn(): void {
    this.#isDown = false;
  }

  async close(): Promise<void> {
    await this.end('SIGKILL');
    for (const socket of this.#sockets) socket.destroy();
    if (this.#network.listening)
      await new Promise<void>((resolve) => void this.#network.close(() => resolve()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #join(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    from.setNoDelay(true);
    from.pipe(to);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
  }
}
