import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ClientEnd, DialerSource, DialRequest } from '../dialer.ts';
import type { ClientOrder, ClientWord } from './client-words.ts';

/** Always the built file, also where this one is run from its source. */
const script = fileURLToPath(
  new URL('../../../dist/proof/processes/client-process-main.js', import.meta.url),
);
const patienceMs = 30_000;

/** How one client of the process fared. */
export interface RemoteClient {
  readonly isOpen: boolean;
  readonly session: string | null;
  readonly end: ClientEnd | null;
  readonly tookMs: number;
  /** Offsets of the events received, in order. */
  readonly offsets: readonly number[];
}

/** Clients in a process of their own: it can be frozen, thawed and killed as laptops and phones are. */
export class ClientProcess {
  readonly #child: ChildProcess;
  readonly #clients: (RemoteClient | undefined)[] = [];
  #errors = '';
  #wakers: (() => void)[] = [];

  constructor(source: DialerSource) {
    this.#child = spawn(process.execPath, [script, JSON.stringify(source)], {
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString()));
    this.#child.once('exit', () => this.#wake());
    // A killed process does not take our last order.
    this.#child.stdin?.on('error', () => this.#wake());
    const lines = createInterface({ input: this.#child.stdout ?? process.stdin });
    lines.on('line', (line) => this.#take(JSON.parse(line) as ClientWord));
  }

  /** The clients in the order in which they were asked for; undefined where nothing is decided yet. */
  get clients(): readonly (RemoteClient | undefined)[] {
    return this.#clients;
  }

  /** Connects these and resolves when all of them are decided. */
  async open(requests: readonly DialRequest[]): Promise<readonly RemoteClient[]> {
    const first = this.#clients.length;
    const ids = requests.map((_, at) => first + at);
    for (const id of ids) this.#clients[id] = undefined;
    this.#say({ open: requests.map((request, at) => ({ id: first + at, request })) });
    const decided = await this.until(
      () => ids.every((id) => this.#clients[id] !== undefined),
      patienceMs,
    );
    const found = ids.map((id) => this.#clients[id]).filter((one) => one !== undefined);
    if (decided && found.length === ids.length) return found;
    throw new Error(
      `Expected ${ids.length} clients to be answered within ${patienceMs} ms, got ${found.length}. ${this.#errors}`,
    );
  }

  /** SIGSTOP: the kernel goes on acknowledging, the clients answer nothing. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  /** SIGCONT. */
  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** SIGKILL: the kernel closes the sockets. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** Looks at the condition whenever the process tells something. True once it holds, false when it does not in time. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const endsAt = performance.now() + withinMs;
    while (!condition()) {
      const leftMs = endsAt - performance.now();
      if (leftMs <= 0 || this.#child.exitCode !== null) return false;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, leftMs);
        this.#wakers.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    return true;
  }

  #say(order: ClientOrder): void {
    this.#child.stdin?.write(`${JSON.stringify(order)}\n`);
  }

  #take(word: ClientWord): void {
    if ('decided' in word) {
      this.#clients[word.decided] = { ...word.as, offsets: [] };
    } else {
      const before = this.#clients[word.client];
      if (before !== undefined) this.#clients[word.client] = addTo(before, word);
    }
    this.#wake();
  }

  #wake(): void {
    for (const wake of this.#wakers.splice(0)) wake();
  }
}

function addTo(
  client: RemoteClient,
  word: Exclude<ClientWord, { readonly decided: number }>,
): RemoteClient {
  if ('ended' in word) return { ...client, end: word.ended };
  return { ...client, offsets: [...client.offsets, ...word.offsets] };
}
