import { createHash } from 'node:crypto';
import { describeValue } from '../core/usage-error.ts';
import type { SessionListener } from '../sessions/event-stream.ts';
import type { SessionEvent } from '../sessions/session-event.ts';
import { logLineOf } from '../telemetry/log-line.ts';
import type { NamedEnvironment } from './environment.ts';

/** What goes beside the text of a line: the event's name and facts, the user id hashed. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where lines go. A logger that throws or rejects is counted as `observability_errors` and touches nobody. */
export interface FactoryLogger {
  info(message: string, fields: LogFields): unknown;
  warn(message: string, fields: LogFields): unknown;
  error(message: string, fields: LogFields): unknown;
}

/** Hears every event, as it happens. One that throws or rejects is counted as `observability_errors` and touches nobody. */
export type MetricsSink = (event: SessionEvent) => unknown;

/** Tells the logger what is worth a line. The texts of the seed document appear word for word. */
export function tellLines(logger: FactoryLogger): SessionListener {
  return (event) => {
    const line = logLineOf(event);
    if (line === null || line.level === 'debug') return undefined;
    return logger[line.level](line.msg, fieldsOf(event));
  };
}

/** Warns, whenever the sweep starts, of an environment whose name is none we know. */
export function warnOfEnvironment(
  logger: FactoryLogger,
  { name, isKnown }: NamedEnvironment,
): SessionListener {
  return (event) => {
    if (isKnown || event.type !== 'sweepStarted') return undefined;
    const message = `Expected the environment to be one of test, ci, development, staging, production, got ${describeValue(name)}. It is treated as production.`;
    return logger.warn(message, fieldsOf(event));
  };
}

function fieldsOf(event: SessionEvent): LogFields {
  const { type, ...facts } = event;
  const user = 'user' in event ? { user: hashUser(event.user) } : {};
  return { event: type, ...facts, ...user };
}

/** The same user gives the same text on every node, and nobody reads the id from it. */
function hashUser(userId: string): string {
  return createHash('sha256').update(userId).digest('base64url').slice(0, 16);
}
