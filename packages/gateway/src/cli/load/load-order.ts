import { type LoadPlan, usualLoad } from '../../proof/load/load-plan.ts';
import { type Shape, shapes } from '../../proof/load/shape.ts';
import { shown } from '../../server/config/config-error.ts';
import { parseDuration, parseRate } from '../../server/config/units.ts';
import { wrongUsage } from '../command-failure.ts';
import { readSeed } from '../seed-flag.ts';
import { readWholeNumber } from '../whole-number.ts';

/** What `holdfast load` and `holdfast soak` were given about the load, as text. */
export interface LoadFlags {
  readonly users?: string;
  readonly sessions?: string;
  readonly rate?: string;
  readonly shape?: string;
  readonly frozen?: string;
  readonly events?: string;
  readonly duration?: string;
  readonly seed?: string;
}

const mostUsers = 100_000;

/** The plan these flags ask for, with the usual one for what they leave out. @throws CommandFailure */
export function readLoadPlan(flags: LoadFlags, usual: LoadPlan = usualLoad): LoadPlan {
  return {
    users: read(flags.users, usual.users, readUsers),
    sessionsPerUser: read(flags.sessions, usual.sessionsPerUser, (text) =>
      readWholeNumber('sessions', text),
    ),
    ratePerSecond: read(flags.rate, usual.ratePerSecond, (text) => readRate('rate', text)),
    shape: read(flags.shape, usual.shape, readShape),
    frozenShare: read(flags.frozen, usual.frozenShare, readShare),
    eventsPerSecond: read(flags.events, usual.eventsPerSecond, (text) => readRate('events', text)),
    durationMs: read(flags.duration, usual.durationMs, readTime),
    seed: readSeed(flags.seed),
  };
}

/** The settings of a plan as evidence tells them. */
export function settingsOf(plan: LoadPlan): Readonly<Record<string, string | number>> {
  const { users, sessionsPerUser: sessions, ...rest } = plan;
  return { users, sessions, ...rest };
}

function read<Value>(
  text: string | undefined,
  usual: Value,
  parse: (text: string) => Value,
): Value {
  return text === undefined ? usual : parse(text);
}

function readUsers(text: string): number {
  const users = /^\d{1,6}$/.test(text.trim()) ? Number(text) : 0;
  if (users >= 1 && users <= mostUsers) return users;
  throw misused('users', `a whole number from 1 to ${mostUsers}`, text);
}

function readRate(flag: string, text: string): number {
  if (text.trim() === '0') return 0;
  const rate = parseRate(text);
  if (rate === undefined) throw misused(flag, 'a rate such as 50/s', text);
  return rate.perSecond;
}

function readShape(text: string): Shape {
  const found = (Object.keys(shapes) as Shape[]).find((shape) => shape === text.trim());
  if (found === undefined) throw misused('shape', `one of ${Object.keys(shapes).join(', ')}`, text);
  return found;
}

function readShare(text: string): number {
  const digits = /^(\d+(?:\.\d+)?)\s*%$/.exec(text.trim())?.[1];
  const share = Number(digits ?? Number.NaN) / 100;
  if (share >= 0 && share <= 1) return share;
  throw misused('frozen', 'a share from 0% to 100%', text);
}

function readTime(text: string): number {
  const ms = parseDuration(text) ?? 0;
  if (ms >= 1_000) return ms;
  throw misused('duration', 'a duration of 1s or more, such as 30s or 24h', text);
}

function misused(flag: string, expected: string, got: string): Error {
  return wrongUsage(`Expected \`--${flag}\` to be ${expected}, got ${shown(got)}.`);
}
