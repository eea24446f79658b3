import { execFileSync } from 'node:child_process';

const lookEveryMs = 250;

/** An instant that the witness gives is late by this much at most, and never early. */
export const witnessErrorMs: number = 500;

/**
 * What the kernel knows of the sockets of a server: when each last received bytes of its client in order, whatever the
 * server made of them. It tells a session that a silent link has ended from one that the server has ended.
 */
export class KernelWitness {
  readonly #serverPort: number;
  /** By the client's port: the instants, rising, wall clock. */
  readonly #heardAt = new Map<number, number[]>();
  readonly #timer: NodeJS.Timeout;

  constructor(serverPort: number) {
    this.#serverPort = serverPort;
    this.#timer = setInterval(() => this.look(), lookEveryMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** Looks once more. A look that took so long that it tells no instant is of no account. */
  look(): void {
    const began = Date.now();
    const words = ['-tinH', 'sport', '=', `:${this.#serverPort}`];
    const listed = execFileSync('ss', words, { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 });
    const now = Date.now();
    if (now - began > witnessErrorMs) return;
    for (const [, port, ago] of listed.matchAll(/:(\d+) *\n.* lastrcv:(\d+)/g)) {
      const instants = this.#heardAt.get(Number(port)) ?? [];
      this.#heardAt.set(Number(port), instants);
      const heardAt = now - Number(ago);
      if (heardAt > (instants.at(-1) ?? 0)) instants.push(heardAt);
    }
  }

  /** For how many milliseconds before this instant nothing of the client on this port had arrived; NaN when unknown. */
  silenceBefore(at: number, port: number): number {
    return at - (this.#heardAt.get(port)?.findLast((heardAt) => heardAt < at) ?? Number.NaN);
  }
}
