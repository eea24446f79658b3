import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import path from 'node:path';
import type { TimelineMark } from '../evidence/evidence.ts';
import type { Measures, Quantity } from '../load/measures.ts';

/** What a soak was started with: one that goes on must be the same. */
export interface SoakHeader {
  /** ISO 8601, UTC, of the first start. */
  readonly startedAt: string;
  readonly settings: Readonly<Record<string, string | number | boolean | null>>;
  readonly target: string | null;
}

/** One line of the journal. */
export type JournalEntry =
  | readonly ['begin', SoakHeader]
  | readonly ['sample', name: string, unit: string, value: number]
  | readonly ['point', name: string, unit: string, atMs: number, value: number]
  | readonly ['mark', TimelineMark];

/** An earlier run of the same soak. */
export interface EarlierSoak {
  readonly header: SoakHeader;
  readonly entries: readonly JournalEntry[];
}

/** Lines are kept back until there are so many, or {@link SoakJournal.flush}. */
const MOST_HELD = 256;
const fileName = 'journal.jsonl';

/**
 * Everything a soak has measured so far, in a file of its folder, one JSON array a line: what is left of a soak that was
 * killed. At most the lines since the last flush are lost with it.
 */
export class SoakJournal {
  readonly #file: string;
  #held: string[] = [];

  constructor(folder: string) {
    this.#file = path.join(folder, fileName);
  }

  /**
   * What stands in the journal; null where there is none. A last line that was cut short is taken away, so that what is
   * written next stands on a line of its own.
   *
   * @throws Error where another line is none of a journal
   */
  takeUp(): EarlierSoak | null {
    if (!existsSync(this.#file)) return null;
    const text = readFileSync(this.#file, 'utf8');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    truncateSync(this.#file, Buffer.byteLength(whole));
    const [first, ...entries] = whole
      .split('\n')
      .slice(0, -1)
      .map((line, index) => this.#parse(line, index + 1));
    return first?.[0] === 'begin' ? { header: first[1], entries } : null;
  }

  /** Writes down one entry. */
  add(entry: JournalEntry): void {
    this.#held.push(`${JSON.stringify(entry)}\n`);
    if (this.#held.length >= MOST_HELD) this.flush();
  }

  /** Brings what is held back to the disk. */
  flush(): void {
    if (this.#held.length === 0) return;
    appendFileSync(this.#file, this.#held.join(''));
    this.#held = [];
  }

  #parse(line: string, number: number): JournalEntry {
    try {
      return JSON.parse(line) as JournalEntry;
    } catch (error) {
      throw new Error(
        `Expected line ${number} of ${this.#file} to be JSON, got something else. Remove the file to begin anew.`,
        { cause: error },
      );
    }
  }

  /** The soak is over, and its evidence is written. */
  remove(): void {
    this.#held = [];
    rmSync(this.#file, { force: true });
  }
}

/** Puts the entries of an earlier run into measures, and answers its marks. */
export function restore(entries: readonly JournalEntry[], measures: Measures): TimelineMark[] {
  const marks: TimelineMark[] = [];
  for (const entry of entries) {
    const [kind] = entry;
    if (kind === 'mark') marks.push(entry[1]);
    else if (kind === 'sample') measures.sample(quantityOf(entry), entry[3]);
    else if (kind === 'point') measures.point(quantityOf(entry), entry[3], entry[4]);
  }
  return marks;
}

function quantityOf([, name, unit]: readonly [string, string, string, ...number[]]): Quantity {
  return { name, unit };
}
