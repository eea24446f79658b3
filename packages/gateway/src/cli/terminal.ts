import { isatty } from 'node:tty';
import picocolors from 'picocolors';

/** Puts a text in a colour, or leaves it as it is where there are none. */
export type Paint = (text: string) => string;

/** The few colours commands use. */
export interface Colors {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly cyan: Paint;
}

/** One of the two streams a command writes to. */
export interface Output {
  readonly write: (text: string) => void;
  /** A person reads along: colours may be used, and made-up secrets be shown. */
  readonly isTerminal: boolean;
  /** Characters per line. */
  readonly columns: number;
  readonly colors: Colors;
}

/** Everything a command gets from, and gives to, the process it runs in. */
export interface Terminal {
  readonly out: Output;
  readonly err: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working folder: where `.holdfast/` is looked for. */
  readonly folder: string;
}

const USUAL_COLUMNS = 80;

/** The colours, or functions that leave the text as it is. */
export function makeColors(isColored: boolean): Colors {
  const { bold, dim, red, cyan } = picocolors.createColors(isColored);
  return { bold, dim, red, cyan };
}

/** The terminal of this process. Colours only where a person reads, and not under `NO_COLOR`. */
export function systemTerminal(): Terminal {
  const { env, stdout, stderr } = process;
  return {
    out: outputTo(stdout, isatty(1), env),
    err: outputTo(stderr, isatty(2), env),
    env,
    folder: process.cwd(),
  };
}

function outputTo(stream: NodeJS.WriteStream, isTerminal: boolean, env: NodeJS.ProcessEnv): Output {
  const isPlain = (env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb';
  // The reader may leave early (`holdfast sessions | head -1`), or close its terminal: that is its right, and not an error.
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error;
  });
  return {
    write: (text) => void stream.write(text),
    isTerminal,
    // What is no terminal has none, and a terminal whose size nobody has set says 0.
    columns: stream.columns > 0 ? stream.columns : USUAL_COLUMNS,
    colors: makeColors(isTerminal && !isPlain),
  };
}
