import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('peers.mjs', import.meta.url));

/** How a client's socket ended. */
export interface PeerEnd {
  readonly closed: number;
  readonly reason: string;
}

/** Real clients in a process of their own, to be frozen, thawed and killed. */
export class PeerProcess {
  readonly #child: ChildProcess = spawn(process.execPath, [script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  readonly ends: PeerEnd[] = [];
  /** Offsets of the events received, by all sockets together. */
  readonly offsets: number[] = [];
  ready = 0;
  #wakers: (() => void)[] = [];

  constructor() {
    let rest = '';
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#take(JSON.parse(line) as Record<string, unknown>);
      for (const wake of this.#wakers.splice(0)) wake();
    });
  }

  /** Opens these and resolves once all sockets of this process have been greeted. */
  async open(urls: readonly string[]): Promise<void> {
    const wanted = this.ready + urls.length;
    this.#child.stdin?.write(`${JSON.stringify({ open: urls })}\n`);
    await this.until(() => this.ready >= wanted);
  }

  async until(condition: () => boolean, timeoutMs = 30_000): Promise<void> {
    const endsAt = performance.now() + timeoutMs;
    while (!condition()) {
      if (performance.now() > endsAt)
        throw new Error(`Expected a condition to hold within ${timeoutMs} ms.`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, 50);
        this.#wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  kill(): void {
    this.#child.kill('SIGCONT');
    this.#child.kill('SIGKILL');
  }

  #take(word: Record<string, unknown>): void {
    if (typeof word['ready'] === 'number') this.ready = word['ready'];
    if (typeof word['event'] === 'number') this.offsets.push(word['event']);
    if (typeof word['closed'] === 'number')
      this.ends.push({ closed: word['closed'], reason: String(word['reason']) });
  }
}
