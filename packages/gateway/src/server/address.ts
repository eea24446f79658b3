import { BlockList, SocketAddress, isIP } from 'node:net';

/** What a connection and its headers say about where it comes from. */
interface PeerEvidence {
  /** Address of the TCP peer; undefined once the socket is gone. */
  readonly peer: string | undefined;
  /** The `X-Forwarded-For` header; several lines are joined by commas. */
  readonly forwardedFor: string | undefined;
}

/** What a connection and its headers say about encryption on the client's side. */
interface SchemeEvidence {
  readonly peer: string | undefined;
  readonly isEncrypted: boolean;
  /** The `X-Forwarded-Proto` header. */
  readonly forwardedProto: string | undefined;
}

/** Tells who a client is behind the proxies that are trusted. */
export interface ProxyTrust {
  /**
   * The address nearest to the client that a trusted hop vouches for, in one spelling per address
   * (IPv4-mapped IPv6 is IPv4); `unknown` when the socket is gone. Without trusted proxies it is
   * always the TCP peer.
   */
  readonly clientAddress: (evidence: PeerEvidence) => string;
  /** The scheme the client used, as far as a trusted hop vouches for it. */
  readonly clientScheme: (evidence: SchemeEvidence) => 'http' | 'https';
}

interface Network {
  readonly address: string;
  readonly prefix: number;
}

/**
 * Makes a `ProxyTrust` from addresses and networks (`10.0.0.7`, `10.1.0.0/16`, `fd00::/8`).
 * `X-Forwarded-For` is read from the right, one entry per hop, and only as long as the hop that
 * wrote it is trusted: everything further left is the client's own claim. An entry that is no
 * address ends the walk at the hop that wrote it.
 *
 * @throws RangeError when an entry is neither; `isAddressOrNetwork` tells before.
 */
export function createProxyTrust(trusted: readonly string[]): ProxyTrust {
  const networks = new BlockList();
  for (const entry of trusted) {
    const network = parseNetwork(entry);
    if (network === undefined) {
      throw new RangeError('Expected trusted proxies to be addresses and networks.');
    }
    networks.addSubnet(network.address, network.prefix, familyOf(network.address));
  }
  const isTrusted = (address: string): boolean => networks.check(address, familyOf(address));

  return {
    clientAddress({ peer, forwardedFor }) {
      let current = normalizeAddress(peer ?? '');
      if (current === undefined) return 'unknown';
      const hops = forwardedFor?.split(',') ?? [];
      while (isTrusted(current)) {
        const next = parseForwardedEntry(hops.pop());
        if (next === undefined) break;
        current = next;
      }
      return current;
    },
    clientScheme({ peer, isEncrypted, forwardedProto }) {
      const address = normalizeAddress(peer ?? '');
      const said = forwardedProto?.split(',').at(-1)?.trim().toLowerCase();
      const isVouchedFor = address !== undefined && isTrusted(address);
      if (isVouchedFor && (said === 'https' || said === 'wss')) return 'https';
      if (isVouchedFor && (said === 'http' || said === 'ws')) return 'http';
      return isEncrypted ? 'https' : 'http';
    },
  };
}

/** True for an IP address or a network in prefix notation. */
export function isAddressOrNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

/** True when only this machine can reach a server that listens on `host`. */
export function isLoopbackHost(host: string): boolean {
  const name = host.trim().toLowerCase();
  if (name === 'localhost') return true;
  const address = normalizeAddress(name);
  return address === '::1' || address?.startsWith('127.') === true;
}

/**
 * One spelling per address: lower case, shortest form, no zone, IPv4-mapped IPv6 as IPv4.
 * Undefined when the text is no IP address.
 */
export function normalizeAddress(text: string): string | undefined {
  const bare = text.trim().replace(/%.*$/s, '');
  if (isIP(bare) === 0) return undefined;
  const { address } = new SocketAddress({ address: bare, family: familyOf(bare) });
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1];
  return mapped ?? address;
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

function parseNetwork(text: string): Network | undefined {
  const match = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text.trim());
  const written = match?.[1] ?? '';
  const address = written.includes('%') ? undefined : normalizeAddress(written);
  if (address === undefined) return undefined;
  const writtenBits = isIP(written) === 6 ? 128 : 32;
  const bits = isIP(address) === 6 ? 128 : 32;
  const writtenPrefix = Number(match?.[2] ?? writtenBits);
  // ::ffff:10.0.0.0/104 is 10.0.0.0/8.
  const prefix = writtenPrefix - (writtenBits - bits);
  return prefix >= 0 && prefix <= bits ? { address, prefix } : undefined;
}

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function parseForwardedEntry(entry: string | undefined): string | undefined {
  const text = entry?.trim() ?? '';
  const inBrackets = /^\[([^\]]+)\](?::\d{1,5})?$/.exec(text)?.[1];
  const beforePort = /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(text)?.[1];
  return normalizeAddress(inBrackets ?? beforePort ?? text);
}

/**
 * What a rate limit per address is kept by: an IPv4 address as it is, an IPv6 address by its /64,
 * since whoever has one address of it has all of them.
 *
 * @param address as `clientAddress` gives it
 */
export function rateKeyOf(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
