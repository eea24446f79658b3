import { describe, expect, it } from 'vitest';
import { createOriginCheck, normalizeOrigin } from '../../src/server/origin.ts';

describe('same origin', () => {
  const check = createOriginCheck([]);

  it.each([
    ['http://app.example', 'app.example', 'http'],
    ['http://app.example:80', 'app.example', 'http'],
    ['http://app.example', 'app.example:80', 'http'],
    ['https://app.example', 'app.example:443', 'https'],
    ['http://APP.example:8080', 'app.EXAMPLE:8080', 'http'],
    ['http://[::1]:8080', '[::1]:8080', 'http'],
    ['http://127.0.0.1:8080', '127.0.0.1:8080', 'http'],
  ] as const)('a page of %s may connect to %s over %s', (origin, host, scheme) => {
    expect(check({ origin, host, scheme })).toBe(true);
  });

  it.each([
    ['https://app.example', 'app.example', 'http'],
    ['http://app.example', 'app.example', 'https'],
    ['http://app.example:8081', 'app.example:8080', 'http'],
    ['http://evil.example', 'app.example', 'http'],
    ['http://app.example.evil.example', 'app.example', 'http'],
    ['http://app.example@evil.example', 'app.example', 'http'],
    ['http://evil.example/?http://app.example', 'app.example', 'http'],
    ['http://app.example, http://evil.example', 'app.example', 'http'],
    ['http://app.example', undefined, 'http'],
    ['http://app.example', 'app.example/x', 'http'],
    ['http://app.example', 'evil.example#app.example', 'http'],
    ['null', 'app.example', 'http'],
    ['null', 'null', 'http'],
    ['', 'app.example', 'http'],
    ['file://', '', 'http'],
  ] as const)('a page of %j may not connect to %j over %s', (origin, host, scheme) => {
    expect(check({ origin, host, scheme })).toBe(false);
  });

  it('a client without Origin is no browser and may connect', () => {
    expect(check({ origin: undefined, host: 'app.example', scheme: 'http' })).toBe(true);
  });
});

describe('a list of origins', () => {
  const check = createOriginCheck(['https://a.example', 'chrome-extension://abc']);
  const host = 'gateway.example';

  function may(origin: string): boolean {
    return check({ origin, host, scheme: 'https' });
  }

  it('lets in those on it, and only those', () => {
    expect(may('https://a.example')).toBe(true);
    expect(may('https://A.example:443')).toBe(true);
    expect(may('chrome-extension://abc')).toBe(true);
    expect(may('http://a.example')).toBe(false);
    expect(may('https://b.a.example')).toBe(false);
    expect(may('chrome-extension://abd')).toBe(false);
    expect(may('https://gateway.example')).toBe(false);
    expect(may('null')).toBe(false);
  });

  it('lets in clients without Origin', () => {
    expect(check({ origin: undefined, host, scheme: 'https' })).toBe(true);
  });
});

it('* lets in every page, also the opaque origin null', () => {
  const check = createOriginCheck(['*']);
  expect(check({ origin: 'null', host: 'a', scheme: 'http' })).toBe(true);
  expect(check({ origin: 'https://evil.example', host: 'a', scheme: 'http' })).toBe(true);
});

describe('one spelling', () => {
  it.each([
    ['https://App.Example/', 'https://app.example'],
    ['https://app.example:443', 'https://app.example'],
    ['https://bücher.example', 'https://xn--bcher-kva.example'],
    ['HTTPS://app.example:8443', 'https://app.example:8443'],
  ])('%s is %s', (text, origin) => {
    expect(normalizeOrigin(text)).toBe(origin);
  });

  it.each([
    'null',
    'app.example',
    '//app.example',
    'https:app.example',
    'https://a b',
    'https://*.example.com',
    'https://a\\b',
  ])('%j is none', (text) => {
    expect(normalizeOrigin(text)).toBeUndefined();
  });
});
