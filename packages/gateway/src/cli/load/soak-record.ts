import type { Evidence, Series, TimelineMark } from '../../proof/evidence/evidence.ts';
import { Measures } from '../../proof/load/measures.ts';
import { restore, type SoakHeader, SoakJournal } from '../../proof/soak/journal.ts';
import { shown } from '../../server/config/config-error.ts';
import { failed, wrongUsage } from '../command-failure.ts';

/** What a soak has measured, in memory and in the journal of its folder; with what an earlier run of it had. */
export class SoakRecord {
  readonly startedAt: string;
  readonly settings: Evidence['settings'];
  readonly measures: Measures = new Measures();
  readonly marks: TimelineMark[] = [];
  readonly #journal: SoakJournal;

  private constructor(journal: SoakJournal, { startedAt, settings }: SoakHeader) {
    this.#journal = journal;
    this.startedAt = startedAt;
    this.settings = settings;
  }

  /**
   * Begins the soak of a folder, or goes on with the one that was interrupted there. A day that was compressed begins anew.
   *
   * @throws CommandFailure where that one had other settings
   */
  static open(folder: string, asked: Omit<SoakHeader, 'startedAt'>): SoakRecord {
    const journal = new SoakJournal(folder);
    const isCompressed = asked.settings['compress'] === true;
    if (isCompressed) journal.remove();
    const earlier = readJournal(journal);
    const header = earlier?.header ?? { ...asked, startedAt: new Date().toISOString() };
    if (earlier !== null) checkSame(folder, earlier.header, asked);
    const record = new SoakRecord(journal, header);
    if (isCompressed) return record;
    if (earlier === null) journal.add(['begin', header]);
    else record.marks.push(...restore(earlier.entries, record.measures));
    record.measures.listener = {
      sample: ({ name, unit }, value) => journal.add(['sample', name, unit, value]),
      point: ({ name, unit }, atMs, value) => journal.add(['point', name, unit, atMs, value]),
    };
    return record;
  }

  /** The seed of the first run. */
  get seed(): number {
    return Number(this.settings['seed']);
  }

  get series(): readonly Series[] {
    return this.measures.series;
  }

  mark(mark: TimelineMark): void {
    this.marks.push(mark);
    this.#journal.add(['mark', mark]);
  }

  /** Brings everything to the disk. */
  flush(): void {
    this.#journal.flush();
  }

  /** Its evidence is written: the journal goes. */
  finish(): void {
    this.#journal.remove();
  }
}

function readJournal(journal: SoakJournal): ReturnType<SoakJournal['takeUp']> {
  try {
    return journal.takeUp();
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
}

/** The seed is drawn anew by each command, so it says nothing. */
function checkSame(folder: string, before: SoakHeader, asked: Omit<SoakHeader, 'startedAt'>): void {
  const told = { ...before.settings, target: before.target };
  const now = { ...asked.settings, target: asked.target };
  for (const [name, value] of Object.entries(told)) {
    const given = (now as Readonly<Record<string, unknown>>)[name];
    if (name === 'seed' || given === value) continue;
    throw wrongUsage(
      `Expected the soak in ${folder} to go on as it began, with ${name} ${shown(String(value))}, got ${shown(String(given))}. ` +
        'Give the same flags, or another `--out`.',
    );
  }
}
