import { type Logger, pino } from 'pino';
import type { LogLevel } from 'holdfast';
import { prettyLine } from './pretty-line.ts';

/** Takes finished lines, each with its line feed. Must not throw. */
export interface LogDestination {
  write(line: string): void;
  /** Resolves when everything written is out, or cannot be written, or this time is over. */
  flush?(timeoutMs: number): Promise<void>;
}

/** Fields of a line, beside `event` and `msg`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** The log of a gateway. Every line is one JSON object with `event`, `msg` and `node`. */
export interface GatewayLog {
  /** False for a level that is not written anyway. */
  isOn(level: LogLevel): boolean;
  write(level: LogLevel | 'fatal', event: string, about: LogLineParts): void;
  debug(event: string, msg: string, fields?: LogFields): void;
  info(event: string, msg: string, fields?: LogFields): void;
  warn(event: string, msg: string, fields?: LogFields): void;
  error(event: string, msg: string, fields?: LogFields): void;
  fatal(event: string, msg: string, fields?: LogFields): void;
  /** Resolves when what was logged so far is out, or cannot be written, or this time is over. */
  flush(timeoutMs: number): Promise<void>;
}

/** Text and fields of a line. */
interface LogLineParts {
  readonly msg: string;
  readonly fields?: LogFields;
}

/** What a log is made from. */
export interface GatewayLogOptions {
  /** Name of this process, on every line. */
  readonly node: string;
  readonly level: string;
  /** For a person at a terminal instead of one JSON object per line. */
  readonly isPretty: boolean;
  readonly destination: LogDestination;
}

/** Makes the log of a gateway. */
export function createGatewayLog(options: GatewayLogOptions): GatewayLog {
  const { node, level, isPretty, destination } = options;
  const sink = isPretty
    ? { write: (line: string): void => destination.write(prettyLine(line)) }
    : destination;
  const logger: Logger = pino(
    {
      level,
      base: { node },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    sink,
  );
  const write: GatewayLog['write'] = (at, event, { msg, fields = {} }) => {
    logger[at]({ event, ...fields }, msg);
  };
  return {
    isOn: (at) => logger.isLevelEnabled(at),
    write,
    debug: (event, msg, fields) => write('debug', event, { msg, fields: fields ?? {} }),
    info: (event, msg, fields) => write('info', event, { msg, fields: fields ?? {} }),
    warn: (event, msg, fields) => write('warn', event, { msg, fields: fields ?? {} }),
    error: (event, msg, fields) => write('error', event, { msg, fields: fields ?? {} }),
    fatal: (event, msg, fields) => write('fatal', event, { msg, fields: fields ?? {} }),
    flush: async (timeoutMs) => await destination.flush?.(timeoutMs),
  };
}
