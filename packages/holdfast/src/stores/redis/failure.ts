import { errorText } from '../../core/error-text.ts';
import { StoreError, type StoreErrorKind } from '../../sessions/store/store-error.ts';

/** The first word of an answer of Redis that is an error. */
const kindOfReply: Readonly<Record<string, StoreErrorKind>> = {
  READONLY: 'read-only',
  MISCONF: 'read-only',
  NOREPLICAS: 'read-only',
  OOM: 'out-of-memory',
  LOADING: 'loading',
  BUSY: 'busy',
  TRYAGAIN: 'busy',
  NOAUTH: 'refused',
  WRONGPASS: 'refused',
  NOPERM: 'refused',
  DENIED: 'refused',
  MOVED: 'refused',
  CROSSSLOT: 'refused',
  CLUSTERDOWN: 'unreachable',
  MASTERDOWN: 'unreachable',
  UNBLOCKED: 'unreachable',
};

const meanings: Readonly<Record<StoreErrorKind, string>> = {
  unreachable: 'Redis cannot be reached. See that it runs, and that its address is right',
  timeout: 'Redis did not answer in time. See what keeps it busy: SLOWLOG GET, INFO commandstats',
  'read-only':
    'Redis takes no writes. Give the address of a master, or mend what keeps it from saving',
  'out-of-memory': 'Redis has no memory left. Raise its `maxmemory`',
  loading: 'Redis reads its data from disk. It answers when it is done',
  busy: 'Redis is kept busy by something else. See SLOWLOG GET, and SCRIPT KILL if it is a script',
  refused:
    'Redis refuses this client. See its user, password and rights, and that a Cluster is given as such',
  broken: 'Redis answered what makes no sense here',
  away: 'Redis is not asked, since it has not answered lately',
  overloaded: 'Redis is not asked, since too many acts wait for it',
};

/** Why a command failed, in one of few words. */
function kindOf(error: unknown): StoreErrorKind {
  if (!(error instanceof Error)) return 'broken';
  if (error.name === 'ReplyError') return kindOfAnswer(error.message);
  if (error.message === 'Command timed out' || error.message.includes('ETIMEDOUT'))
    return 'timeout';
  return 'unreachable';
}

/**
 * What an act rejects with.
 *
 * @param error what the client rejected with
 * @param link why there is no connection, where there is none: it says more than that there is none
 */
export function storeErrorOf(error: unknown, link: Error | null): StoreError {
  if (error instanceof StoreError) return error;
  const kind = kindOf(error);
  const telling = kind === 'unreachable' && link !== null ? link : error;
  const told = telling === error ? kind : kindOf(telling);
  return new StoreError(told, `${meanings[told]}. It said: ${firstLine(telling)}`, {
    cause: withoutArguments(telling),
  });
}

/** The client notes on an error what was asked, with user ids and passwords. */
export function withoutArguments(error: unknown): unknown {
  if (error instanceof Error && 'command' in error) delete error.command;
  return error;
}

function kindOfAnswer(message: string): StoreErrorKind {
  const known = kindOfReply[message.split(' ', 1)[0] ?? ''];
  if (known !== undefined) return known;
  return /unknown command|unknown redis command|NOPROTO/i.test(message) ? 'refused' : 'broken';
}

function firstLine(error: unknown): string {
  return errorText(error).split('\n', 1)[0]?.slice(0, 200) ?? '';
}
