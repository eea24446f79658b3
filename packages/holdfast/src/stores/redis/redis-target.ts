import { UsageError } from '../../core/usage-error.ts';

/** Where a server listens. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
}

/** What the URLs say. */
export interface RedisTarget {
  readonly kind: 'single' | 'cluster' | 'sentinel';
  /** The server, the seeds, or the Sentinels. */
  readonly addresses: readonly RedisAddress[];
  /** By which Sentinels know the master; empty for other kinds. */
  readonly master: string;
  readonly isSecure: boolean;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly db: number;
}

const forms =
  '`redis://host:port/db`, `rediss://…`, several of them for a Redis Cluster, or `redis+sentinel://host:port,host:port/name/db`';
/** scheme, credentials, hosts, path; URL knows no list of hosts. */
const shape = /^(rediss?)(\+sentinel)?:\/\/(?:([^@/]*)@)?([^@/?#]+)(?:\/([^?#]*))?$/;

/**
 * Reads the URLs of a store.
 *
 * @throws UsageError `bad-option`; its text never holds what was given, which may have a password in it
 */
export function parseTarget(urls: string | readonly string[]): RedisTarget {
  const list = typeof urls === 'string' ? [urls] : urls;
  const targets = Array.isArray(list) ? list.map(parseUrl) : [];
  const [first] = targets;
  if (first === undefined) return fail('Expected `urls` to name at least one server of Redis', '');
  if (targets.length === 1) return first;
  const odd = targets.findIndex(
    (one) =>
      one.kind === 'sentinel' ||
      one.isSecure !== first.isSecure ||
      one.username !== first.username ||
      one.password !== first.password,
  );
  if (odd >= 0)
    return fail(
      'Expected several `urls` to be seeds of one Redis Cluster, with the same scheme and credentials',
      `number ${odd + 1} is none`,
    );
  return { ...first, kind: 'cluster', addresses: targets.flatMap(({ addresses }) => addresses) };
}

function parseUrl(url: string, place: number): RedisTarget {
  const parts = typeof url === 'string' ? shape.exec(url) : null;
  if (parts === null) return fail(`Expected \`urls\` to be ${forms}`, `number ${place + 1} is not`);
  const [, scheme, sentinel, credentials, hosts = '', path = ''] = parts;
  const common = { isSecure: scheme === 'rediss', ...parseCredentials(credentials, place) };
  if (sentinel !== undefined) return { ...common, ...parseSentinels(hosts, path, place) };
  const addresses = [parseAddress(hosts, { place, defaultPort: 6_379 })];
  return { ...common, kind: 'single', addresses, master: '', db: parseDb(path, place) };
}

function parseSentinels(
  hosts: string,
  path: string,
  place: number,
): Pick<RedisTarget, 'kind' | 'addresses' | 'master' | 'db'> {
  const [master = '', db = ''] = path.split('/');
  if (master === '')
    return fail('Expected a `redis+sentinel://` URL to end with the name of the master', 'none');
  const addresses = hosts
    .split(',')
    .map((host) => parseAddress(host, { place, defaultPort: 26_379 }));
  return { kind: 'sentinel', addresses, master: decoded(master, place), db: parseDb(db, place) };
}

function parseAddress(
  text: string,
  { place, defaultPort }: { readonly place: number; readonly defaultPort: number },
): RedisAddress {
  const parts = /^(?:\[([\da-f:.]+)\]|([^:,[\]]+))(?::(\d{1,5}))?$/i.exec(text);
  const host = parts?.[1] ?? parts?.[2];
  const port = Number(parts?.[3] ?? defaultPort);
  if (host === undefined || port < 1 || port > 65_535)
    return fail('Expected a host and a port from 1 to 65535', `not so in number ${place + 1}`);
  return { host, port };
}

function parseCredentials(
  text: string | undefined,
  place: number,
): Pick<RedisTarget, 'username' | 'password'> {
  if (text === undefined) return { username: undefined, password: undefined };
  const colon = text.indexOf(':');
  const user = decoded(colon < 0 ? text : text.slice(0, colon), place);
  const password = colon < 0 ? undefined : decoded(text.slice(colon + 1), place);
  return { username: user === '' ? undefined : user, password };
}

function parseDb(text: string, place: number): number {
  if (text === '') return 0;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  return fail('Expected the database to be a number', `not so in number ${place + 1}`);
}

function decoded(text: string, place: number): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return fail(
      'Expected `urls` to be percent-encoded UTF-8',
      `something else in number ${place + 1}`,
    );
  }
}

function fail(expected: string, got: string): never {
  throw new UsageError('bad-option', `${expected}, got ${got === '' ? 'none' : got}.`, ['urls']);
}
