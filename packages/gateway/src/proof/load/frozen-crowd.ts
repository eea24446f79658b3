import type { DialerSource } from '../dialer.ts';
import { ClientProcess } from '../processes/client-process.ts';
import { quantities } from './load-plan.ts';
import type { Measures } from './measures.ts';

/**
 * From one generation of frozen clients to the next: the pings of the one before are late by then (sent within 5 s, late
 * after 1 s), so that its sessions are removed for their owners at the limit, and not dead of themselves yet (after 10 s).
 */
export const GENERATION_MS: number = 8_000;

/** What a frozen crowd is made of. */
export interface FrozenCrowdParts {
  readonly source: DialerSource;
  readonly measures: Measures;
  /** One entry for each client. */
  readonly users: readonly string[];
  readonly mark: (what: string) => void;
}

/**
 * Clients in a process that is stopped once they are connected. Every generation comes back as laptops do: while the
 * sessions of the one before still stand in the way, with nobody behind them.
 */
export class FrozenCrowd {
  readonly #parts: FrozenCrowdParts;
  #current: ClientProcess | null = null;
  #open = 0;

  constructor(parts: FrozenCrowdParts) {
    this.#parts = parts;
  }

  /** Frozen clients of this generation that had been accepted. */
  get count(): number {
    return this.#open;
  }

  /** Connects a new generation, freezes it, and lets the one before die. */
  async renew(): Promise<void> {
    const { source, users, measures, mark } = this.#parts;
    if (users.length === 0) return;
    const next = new ClientProcess(source);
    const before = this.#current;
    this.#current = next;
    const clients = await next.open(users.map((user) => ({ user })));
    for (const { isOpen, tookMs, end } of clients) {
      if (isOpen) measures.sample(quantities.overFrozen, tookMs);
      else measures.sample(quantities.refused, end?.code ?? 1006);
    }
    this.#open = clients.filter(({ isOpen }) => isOpen).length;
    next.freeze();
    mark(`froze ${this.#open} clients`);
    before?.kill();
  }

  /** Kills what is left of it. */
  end(): void {
    this.#current?.kill();
    this.#current = null;
    this.#open = 0;
  }
}
