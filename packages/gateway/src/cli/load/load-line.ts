import type { LoadProgress } from '../../proof/load/run-load.ts';
import type { Quantiles } from '../../proof/load/measures.ts';
import type { Output } from '../terminal.ts';
import { formatAge } from '../age.ts';

/** Where nobody reads along, a line this often is enough. */
const PLAIN_EVERY_MS = 10_000;

/** Tells how a load goes: one line that is written over where a person reads, a line now and then elsewhere. */
export class LoadLine {
  readonly #out: Output;
  readonly #plainEveryMs: number;
  #toldAtMs = Number.NEGATIVE_INFINITY;

  /** @param plainEveryMs from one line to the next where no person reads */
  constructor(out: Output, plainEveryMs: number = PLAIN_EVERY_MS) {
    this.#out = out;
    this.#plainEveryMs = plainEveryMs;
  }

  /** Tells where it stands. */
  readonly tell = (progress: LoadProgress): void => {
    const { write, isTerminal, columns } = this.#out;
    const text = describe(progress);
    if (isTerminal) {
      write(`\r\u001B[2K${text.slice(0, columns - 1)}`);
      return;
    }
    if (progress.elapsedMs - this.#toldAtMs < this.#plainEveryMs) return;
    this.#toldAtMs = progress.elapsedMs;
    write(`${text}\n`);
  };

  /** Takes the line away. */
  end(): void {
    if (this.#out.isTerminal) this.#out.write('\r\u001B[2K');
  }
}

function describe(progress: LoadProgress): string {
  const { elapsedMs, sessions, connects, events, refused, ended, lost } = progress;
  return [
    `${formatAge(elapsedMs).padStart(5)}  ${sessions} sessions`,
    `connects ${quantiles(connects)}`,
    `events ${quantiles(events)}`,
    `refused ${refused}, ended ${ended}, lost ${lost}`,
  ].join('  ');
}

function quantiles(found: Quantiles | null): string {
  if (found === null) return '-';
  const { count, p50, p99 } = found;
  return `${count}/s p50 ${p50.toFixed(1)} p99 ${p99.toFixed(1)} ms`;
}
