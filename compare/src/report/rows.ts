import type { Figure } from '../measures/bench.ts';
import { figures, limit } from '../measures/figures.ts';
import type { Samples } from '../samples.ts';
import { medianOf, percentileOf, type Row, sumOf, total, type Write } from './row.ts';

const events = 100;

/** The rows of the table; a lock-out as long as the cap is told as longer. */
export function rowsFor(capMs: number): readonly Row[] {
  const seconds: Write = (ms) => (ms >= capMs ? `> ${capMs / 1_000} s` : `${told(ms / 1_000)} s`);
  const lockOuts = figures.lockOut.map((figure, at) => ({
    title: `Lock-out, ${at + 1} of ${limit} dead`,
    explains: at === 0 ? lockOutExplained : null,
    tell: medianOf(figure, seconds),
  }));
  return [scenarioRow, ...lockOuts, ...killRows, ...eventRows, ...countRows, ...costRows];
}

const lockOutExplained = `The user holds all ${limit} places, so many of them in a process that was stopped (SIGSTOP): time until the next client of that user is in.`;

const scenarioRow: Row = {
  title: 'Scenarios failed',
  explains:
    'Scenarios of `holdfast verify` that the system fails, of those it has the calls for. Each is named in [docs/comparison.md](docs/comparison.md).',
  tell: sumOf(figures.scenarioFailed, eachOf(figures.scenarioFailed, 1)),
};

const killRows: readonly Row[] = [
  {
    title: 'Live killed, clean-up at the limit',
    explains: 'Living sessions of those users that had lost their service when the client was in.',
    tell: sumOf(figures.killedAtCleanUp, (samples) =>
      total(samples.valuesOf(figures.liveAtCleanUp)),
    ),
  },
  {
    title: 'Live killed, quiet, room left',
    explains: `3 of ${limit} places taken, all alive and without traffic for 12 s, and one more client connects.`,
    tell: sumOf(figures.killedQuietBelow, eachOf(figures.killedQuietBelow, 3)),
  },
  {
    title: 'Live killed, quiet, full',
    explains: `The same with ${limit} of ${limit} places taken.`,
    tell: sumOf(figures.killedQuietFull, eachOf(figures.killedQuietFull, limit)),
  },
  {
    title: 'Live killed, busy, full',
    explains: `The same with an event every half second.`,
    tell: sumOf(figures.killedBusyFull, eachOf(figures.killedBusyFull, limit)),
  },
  {
    title: 'Ended by a sixth tab, 15 s',
    explains: `${limit + 1} tabs for ${limit} places, each coming back as its client does: live sessions ended in 15 s.`,
    tell: medianOf(figures.killedByTabs, whole),
  },
];

const eventRows: readonly Row[] = [
  {
    title: 'Lost, connection reset',
    explains: `${events} events at 50/s, the connection is reset, and 50 events later the client is back: events that never came, and nobody said so.`,
    tell: medianOf(figures.lostAfterCut, ofEvents),
  },
  {
    title: 'Lost, half-open',
    explains: 'The same, but the server does not notice that the old connection is gone.',
    tell: medianOf(figures.lostAfterSilence, ofEvents),
  },
  {
    title: 'Lost, page reload',
    explains:
      'The same with a page that is loaded anew: only what its client library keeps in the storage of the page is left.',
    tell: medianOf(figures.lostAfterReload, ofEvents),
  },
  {
    title: 'Received twice',
    explains: 'Events of these three that came more than once, all rounds together.',
    tell: (samples) => String(total(samples.valuesOf(figures.doubled))),
  },
];

const countRows: readonly Row[] = [
  {
    title: 'Count errors',
    explains:
      'Clients come and go at random: checks of one user in which the count was not the number of open connections, half a second after the last change.',
    tell: sumOf(figures.countErrors, (samples) => total(samples.valuesOf(figures.countChecks))),
  },
  {
    title: 'Refused with room',
    explains: `Connects of that run that were refused with fewer than ${limit} open.`,
    tell: sumOf(figures.wrongRefusals, (samples) => samples.valuesOf(figures.wrongRefusals).length),
  },
  {
    title: 'Admitted of 50 at once',
    explains: `50 clients of one user at the same moment, limit ${limit}: how many are in.`,
    tell: medianOf(figures.admittedAtOnce, whole),
  },
];

const costRows: readonly Row[] = [
  {
    title: 'Creation, p50',
    explains:
      "From the first packet to the first frame of the session, four clients at a time, users with room; the client's own work is in it.",
    tell: percentileOf(figures.creation, 0.5, milliseconds),
  },
  {
    title: 'Creation, p99',
    explains: 'The same; 99 of 100 were faster.',
    tell: percentileOf(figures.creation, 0.99, milliseconds),
  },
  {
    title: 'Memory per idle session',
    explains: 'Growth of resident memory from 1,000 to 3,000 idle sessions, for each.',
    tell: medianOf(figures.memory, (bytes) => `${told(bytes / 1_024)} KB`),
  },
  {
    title: 'Memory with 3,000 sessions',
    explains: 'Resident memory of the whole process then.',
    tell: medianOf(figures.residentMemory, (bytes) => `${told(bytes / 1_048_576)} MB`),
  },
];

function eachOf(figure: Figure, sessions: number) {
  return (samples: Samples): number => samples.valuesOf(figure).length * sessions;
}

function ofEvents(lost: number): string {
  return `${lost} of ${events}`;
}

function whole(value: number): string {
  return String(value);
}

function milliseconds(value: number): string {
  return `${told(value)} ms`;
}

/** Three significant digits or so. */
function told(value: number): string {
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
