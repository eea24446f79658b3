import type {
  AdmitAnswer,
  AppendAnswer,
  AssertAct,
  AssertAnswer,
  LogEntry,
  ReadAnswer,
  RecordHead,
  Row,
  UserState,
} from '../../sessions/store/acts.ts';
import type { StoreMessage } from '../../sessions/store/cluster-store.ts';
import { unpacked } from './packed-text.ts';

/** What a script answered, line by line; lines of texts are packed, and only a body may hold line feeds. */
export type Lines = readonly string[];

export function linesOf(answer: unknown): Lines {
  if (typeof answer !== 'string')
    throw new TypeError(`Expected a script to answer a text, got ${typeof answer}.`);
  return answer.split('\n');
}

/** A row as it is kept, after its session; see lua/user.lua. */
function rowOf(line: string, nowMs: number): Row {
  const [session, node, reservedUntil, lineage = '', predecessor, openedAt, device = ''] =
    line.split('|');
  const row = {
    session: Number(session),
    lineage: Number(lineage === '' ? session : lineage),
    predecessor: Number(predecessor),
    node: Number(node),
    device: device === '' ? null : unpacked(device),
    openedAtMs: Number(openedAt),
  };
  return row.node === 0 ? { ...row, reservedMs: Number(reservedUntil) - nowMs } : row;
}

/** Oldest first. */
function rowsOf(lines: Lines, from: number, nowMs: number): Row[] {
  return lines
    .slice(from)
    .filter(Boolean)
    .map((line) => rowOf(line, nowMs))
    .toSorted((one, other) => one.openedAtMs - other.openedAtMs || one.session - other.session);
}

/** Lines of a record head: epoch, last, first and delivered; what follows is for the scripts. */
const headLines = 6;

/** A record head, as it is kept; see lua/user.lua. */
export function headOf(lines: Lines, from: number): RecordHead {
  const [epoch = '', last, first, delivered] = lines.slice(from, from + 4);
  return {
    epoch: unpacked(epoch),
    last: Number(last),
    first: Number(first),
    delivered: Number(delivered),
  };
}

/** How a limit stands in arguments and answers. */
export function limitText(limit: number): string {
  return limit === Number.POSITIVE_INFINITY ? 'inf' : String(limit);
}

function limitOf(text: string | undefined): number {
  return text === 'inf' ? Number.POSITIVE_INFINITY : Number(text);
}

export function admitAnswerOf(answer: unknown): AdmitAnswer {
  const lines = linesOf(answer);
  const nowMs = Number(lines[1]);
  const flaw = lines[2] === 'spent' ? 'spent' : null;
  if (lines[0] === 'full')
    return { outcome: 'full', flaw, limit: limitOf(lines[3]), rows: rowsOf(lines, 4, nowMs) };
  const [count, limit, missed, replaced = ''] = lines.slice(4 + headLines);
  return {
    outcome: 'admitted',
    flaw,
    lineage: Number(lines[3]),
    record: headOf(lines, 4),
    count: Number(count),
    limit: limitOf(limit),
    missedBroadcasts: Number(missed),
    replaced: replaced === '' ? null : rowOf(replaced, nowMs),
  };
}

export function assertAnswerOf(answer: unknown, { rows }: AssertAct): AssertAnswer {
  const lines = linesOf(answer);
  return {
    record: headOf(lines, 0),
    removed: Number(lines[headLines]),
    verdicts: rows.map(({ session }, place) => ({
      session,
      verdict: lines[headLines + 1 + place] as AssertAnswer['verdicts'][number]['verdict'],
    })),
  };
}

export function appendAnswerOf(answer: unknown): AppendAnswer {
  const [outcome, epoch = '', offset, sessions] = linesOf(answer);
  return {
    outcome: outcome as AppendAnswer['outcome'],
    epoch: unpacked(epoch),
    offset: Number(offset),
    sessions: Number(sessions),
  };
}

export function stateOf(answer: unknown): UserState {
  const lines = linesOf(answer);
  const [nowMs, limit, epoch] = lines;
  return {
    limit: limit === '' ? null : limitOf(limit),
    record: epoch === '' ? null : headOf(lines, 2),
    rows: rowsOf(lines, 2 + headLines, Number(nowMs)),
  };
}

export function readAnswerOf(answer: unknown): ReadAnswer {
  const [head = '', ...texts] = answer as string[];
  if (head === '') return { record: null, entries: [] };
  const lines = linesOf(head);
  const from = Number(lines[0]);
  return {
    record: headOf(lines, 1),
    entries: texts.map((text, place) => ({ offset: from + place, entry: entryOf(text) })),
  };
}

/** An entry of a log: five lines, the end of its time, and the body; see lua/append.lua. */
function entryOf(text: string): LogEntry {
  const [onlyFor = '', eventId = '', node = '', event = '', endsAt = ''] = text.split('\n', 5);
  const heads = onlyFor.length + eventId.length + node.length + event.length + endsAt.length;
  return {
    body: text.slice(heads + 5),
    onlyFor: onlyFor === '' ? null : Number(onlyFor),
    eventId: eventId === '' ? null : unpacked(eventId),
    tracked:
      node === ''
        ? null
        : {
            node: Number(node),
            event: unpacked(event),
            endsAtMs: endsAt === '' ? null : Number(endsAt),
          },
  };
}

/** The message of a channel; null where it is none that this version knows. */
export function messageOf(text: string): StoreMessage | null {
  const [type = '', first = '', second = '', third = '', fourth = ''] = text.split('\n', 5);
  const user = unpacked(first);
  switch (type) {
    case 'appended':
      return {
        type,
        user,
        epoch: unpacked(second),
        offset: Number(third),
        atMs: Number(fourth),
        entry: entryOf(
          text.slice(type.length + first.length + second.length + third.length + fourth.length + 5),
        ),
      };
    case 'replaced':
      return { type, user, session: Number(second), cause: third as 'superseded' };
    case 'restarted':
      return { type, user, record: headOf(text.split('\n'), 2) };
    case 'freed':
      return { type, user };
    case 'posted':
      return { type, from: Number(first), text: text.slice(type.length + first.length + 2) };
    default:
      return null;
  }
}
