/** The schemes of `--redis-url`. */
const schemes: ReadonlySet<string> = new Set([
  'redis:',
  'rediss:',
  'redis+sentinel:',
  'rediss+sentinel:',
]);

/** What was expected in place of an address that cannot be one. */
export const REDIS_ADDRESS_FORM: string =
  'redis://HOST:PORT, rediss://HOST:PORT, redis+sentinel://HOST:PORT/NAME, or several of the first two with commas';

/**
 * Whether the text can be an address of Redis, or several with commas. Names that do not exist and servers that do not
 * answer are found out by connecting.
 */
export function isRedisAddress(text: string): boolean {
  const [first = '', ...others] = text.split(',').map((part) => part.trim());
  if (first.includes('+sentinel://')) return isSentinelAddress(text.trim());
  const all = [first, ...others];
  const parsed = all.map((address) => parseAddress(address));
  return parsed.every((url) => url !== null && url.protocol === parsed[0]?.protocol);
}

/**
 * An address as a log may repeat it: without user name, password and parameters.
 *
 * @param text for which `isRedisAddress` holds
 */
export function describeRedisAddress(text: string): string {
  return text.replaceAll(/\/\/[^/]*@/g, '//').replaceAll(/\?[^,]*/g, '');
}

/** Several hosts with commas stand in one address, which no URL allows: each is looked at by itself. */
function isSentinelAddress(text: string): boolean {
  const [, scheme = '', login = '', hosts = '', name = ''] =
    /^([a-z+]+:)\/\/(?:([^@/]*)@)?([^/@]+)\/([^/?]+)(?:\/\d+)?(?:\?.*)?$/.exec(text) ?? [];
  if (!schemes.has(scheme) || name === '' || !URL.canParse(`http://${login}@h/`)) return false;
  return hosts.split(',').every((host) => URL.canParse(`http://${host.trim()}/`));
}

function parseAddress(address: string): URL | null {
  const scheme = /^rediss?:(?=\/\/)/.exec(address)?.[0];
  if (scheme === undefined || !URL.canParse(address)) return null;
  const url = new URL(address);
  return url.hostname === '' || !/^\/?\d*$/.test(url.pathname) ? null : url;
}
