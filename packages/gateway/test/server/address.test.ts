import { describe, expect, it } from 'vitest';
import {
  createProxyTrust,
  isAddressOrNetwork,
  isLoopbackHost,
  normalizeAddress,
  rateKeyOf,
} from '../../src/server/address.ts';

describe('C15 the address of a client', () => {
  const nobody = createProxyTrust([]);
  const trust = createProxyTrust(['10.0.0.0/8', '192.0.2.7', 'fd00::/8', '::1']);

  it('is the TCP peer when no proxy is trusted, whatever a header says', () => {
    expect(nobody.clientAddress({ peer: '203.0.113.9', forwardedFor: '1.2.3.4' })).toBe(
      '203.0.113.9',
    );
    expect(nobody.clientAddress({ peer: '127.0.0.1', forwardedFor: '1.2.3.4' })).toBe('127.0.0.1');
  });

  it('is the TCP peer when that is not a trusted one', () => {
    expect(trust.clientAddress({ peer: '203.0.113.9', forwardedFor: '1.2.3.4' })).toBe(
      '203.0.113.9',
    );
  });

  it.each([
    ['10.1.1.1', '198.51.100.1', '198.51.100.1'],
    ['10.1.1.1', '6.6.6.6, 198.51.100.1', '198.51.100.1'],
    ['10.1.1.1', '6.6.6.6, 198.51.100.1, 192.0.2.7', '198.51.100.1'],
    ['10.1.1.1', '10.9.9.9, 10.2.2.2', '10.9.9.9'],
    ['10.1.1.1', undefined, '10.1.1.1'],
    ['10.1.1.1', '', '10.1.1.1'],
    ['fd12::1', '2001:DB8::0:5', '2001:db8::5'],
    ['192.0.2.8', '198.51.100.1', '192.0.2.8'],
  ])('from %s with %j is %s', (peer, forwardedFor, client) => {
    expect(trust.clientAddress({ peer, forwardedFor })).toBe(client);
  });

  it('is the same for an IPv4-mapped IPv6 peer and entry', () => {
    expect(trust.clientAddress({ peer: '::ffff:10.1.1.1', forwardedFor: '::ffff:c633:6401' })).toBe(
      '198.51.100.1',
    );
    expect(nobody.clientAddress({ peer: '::ffff:203.0.113.9', forwardedFor: undefined })).toBe(
      '203.0.113.9',
    );
  });

  it.each([
    'unknown',
    '_hidden',
    '1.2.3',
    '1.2.3.4.5',
    '<script>',
    '6.6.6.6, garbage',
    '999.1.1.1',
    '6.6.6.6,',
  ])('%j is no address: what stands further left is not believed', (forwardedFor) => {
    expect(trust.clientAddress({ peer: '10.1.1.1', forwardedFor })).toBe('10.1.1.1');
  });

  it.each([
    ['198.51.100.1:4711', '198.51.100.1'],
    ['[2001:db8::1]:4711', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
  ])('an entry with a port, %s, is %s', (forwardedFor, client) => {
    expect(trust.clientAddress({ peer: '10.1.1.1', forwardedFor })).toBe(client);
  });

  it('is unknown when the socket is gone', () => {
    expect(trust.clientAddress({ peer: undefined, forwardedFor: '1.2.3.4' })).toBe('unknown');
  });

  it('is found quickly in a header of 10,000 hops', () => {
    const forwardedFor = Array.from({ length: 10_000 }, () => '10.0.0.1').join(',');
    expect(trust.clientAddress({ peer: '10.1.1.1', forwardedFor })).toBe('10.0.0.1');
  });

  it('a network may be written as IPv4-mapped IPv6, and cover everything', () => {
    const mapped = createProxyTrust(['::ffff:10.0.0.0/104']);
    expect(mapped.clientAddress({ peer: '10.3.3.3', forwardedFor: '9.9.9.9' })).toBe('9.9.9.9');
    const all = createProxyTrust(['0.0.0.0/0']);
    expect(all.clientAddress({ peer: '8.8.8.8', forwardedFor: '9.9.9.9' })).toBe('9.9.9.9');
    expect(all.clientAddress({ peer: '2001:db8::1', forwardedFor: '9.9.9.9' })).toBe('2001:db8::1');
  });

  it('an entry that is neither address nor network is misuse', () => {
    expect(() => createProxyTrust(['proxy'])).toThrow(RangeError);
  });
});

describe('the scheme of a client', () => {
  const trust = createProxyTrust(['10.0.0.0/8']);

  it.each([
    ['10.1.1.1', false, 'https', 'https'],
    ['10.1.1.1', false, 'http, wss', 'https'],
    ['10.1.1.1', true, 'http', 'http'],
    ['10.1.1.1', true, 'gopher', 'https'],
    ['203.0.113.9', false, 'https', 'http'],
    ['203.0.113.9', true, undefined, 'https'],
    [undefined, false, 'https', 'http'],
  ] as const)(
    'C15 from %s, encrypted %s, told %j is %s',
    (peer, isEncrypted, forwardedProto, scheme) => {
      expect(trust.clientScheme({ peer, isEncrypted, forwardedProto })).toBe(scheme);
    },
  );
});

describe('addresses', () => {
  it.each(['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '::ffff:10.0.0.0/104', '0.0.0.0/0'])(
    '%s is an address or network',
    (text) => {
      expect(isAddressOrNetwork(text)).toBe(true);
    },
  );

  it.each([
    '',
    'localhost',
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '10.0/8',
    'fe80::1%eth0',
    '::ffff:10.0.0.0/95',
  ])('%j is none', (text) => {
    expect(isAddressOrNetwork(text)).toBe(false);
  });

  it.each([
    ['fe80::1%eth0', 'fe80::1'],
    ['2001:0DB8:0:0::1', '2001:db8::1'],
    ['::FFFF:127.0.0.1', '127.0.0.1'],
    ['localhost', undefined],
  ])('%s is written %s', (text, address) => {
    expect(normalizeAddress(text)).toBe(address);
  });

  it.each(['127.0.0.1', '127.8.8.8', 'localhost', 'LocalHost', '::1', '::ffff:127.0.0.1'])(
    '%s is loopback',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  it.each(['0.0.0.0', '::', '10.0.0.1', 'localhost.example.com', '127.0.0.1.example.com', ''])(
    '%j is not loopback',
    (host) => {
      expect(isLoopbackHost(host)).toBe(false);
    },
  );
});

describe('what a rate per address is kept by', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['unknown', 'unknown'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::6', '2001:db8:1:2::/64'],
    ['2001:db8::5', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['fe80::', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, key) => {
    expect(rateKeyOf(address)).toBe(key);
  });
});
