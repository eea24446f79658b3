import type { AdmitAnswer, LogEntry, Row, UserState } from '../../sessions/store/acts.ts';
import type { Roster, StoreMessage } from '../../sessions/store/cluster-store.ts';
import type { GenerationBook } from './stream-slot.ts';

/** Instants before this one were made up by the stream; later ones come from the clock of the store. */
const madeUpBefore = 1_000_000_000;

/** Something that two stores have to agree on. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | undefined
  | readonly Plain[]
  | { readonly [name: string]: Plain };

/** Answers and messages without what two stores may say differently: what they call generations, and what time it is. */
export class PlainWords {
  readonly #book: GenerationBook;

  constructor(book: GenerationBook) {
    this.#book = book;
  }

  row({ node, openedAtMs, reservedMs, ...rest }: Row): Plain {
    return {
      ...rest,
      node: this.#book.inStream(node),
      openedAtMs: openedAtMs < madeUpBefore ? openedAtMs : null,
      isReserved: reservedMs !== undefined,
    };
  }

  admission(answer: AdmitAnswer): Plain {
    if (answer.outcome === 'full')
      return { ...answer, rows: answer.rows.map((row) => this.row(row)) };
    const { replaced, record, ...rest } = answer;
    return {
      ...rest,
      record: { ...record },
      replaced: replaced === null ? null : this.row(replaced),
    };
  }

  state({ rows, limit, record }: UserState): Plain {
    return {
      rows: rows.map((row) => this.row(row)),
      limit,
      record: record === null ? null : { ...record },
    };
  }

  entry({ tracked, ...rest }: LogEntry): Plain {
    if (tracked === null) return { ...rest, tracked };
    const { node, event, endsAtMs } = tracked;
    return {
      ...rest,
      tracked: { node: this.#book.inStream(node), event, hasEnd: endsAtMs !== null },
    };
  }

  roster({ live, nodes, lapsed, broadcasts }: Roster): Plain {
    const inStream = (generation: number): number => this.#book.inStream(generation);
    return {
      upTo: inStream(live.upTo),
      generations: live.generations.map(inStream),
      nodes: nodes.map(({ generation, name, url, isDraining }) => ({
        generation: inStream(generation),
        name,
        url,
        isDraining,
      })),
      lapsed: lapsed.map(inStream),
      broadcasts,
    };
  }

  message(message: StoreMessage): Plain {
    switch (message.type) {
      case 'appended':
        return { ...message, atMs: null, entry: this.entry(message.entry) };
      case 'restarted':
        return { ...message, record: { ...message.record } };
      case 'posted':
        return { ...message, from: this.#book.inStream(message.from) };
      case 'replaced':
      case 'freed':
        return { ...message };
    }
  }
}
