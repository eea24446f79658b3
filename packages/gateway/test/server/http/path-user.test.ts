import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatPathUser, parsePathUser } from '../../../src/server/http/path-user.ts';

function base64url(bytes: Uint8Array | string): string {
  return Buffer.from(bytes as string).toString('base64url');
}

describe('A11 the user in a path', () => {
  it.each([
    ['alice', 'alice'],
    ['a%3Ab', 'a:b'],
    ['a:b', 'a:b'],
    ['a%0Ab', 'a\nb'],
    ['a%2Fb', 'a/b'],
    ['__proto__', '__proto__'],
    ['constructor', 'constructor'],
    ['%7Ebob', '~bob'],
    ['%00', '\0'],
    ['a+b', 'a+b'],
    ['%F0%9F%94%A5', '🔥'],
    [`~${base64url('..')}`, '..'],
    [`~${base64url('~bob')}`, '~bob'],
    [`~${base64url('\uFEFFa')}`, '\uFEFFa'],
  ])('%s is %j', (segment, userId) => {
    expect(parsePathUser(segment)).toEqual({ ok: true, userId });
  });

  it('NFC and NFD are two users', () => {
    const composed = parsePathUser('caf%C3%A9');
    const decomposed = parsePathUser('cafe%CC%81');
    expect(composed).not.toEqual(decomposed);
  });

  it.each([
    '%',
    '%2',
    '%zz',
    '%FF',
    '%C3',
    '%ED%A0%80',
    '~****',
    '~YQ==',
    '~Y',
    '~YR',
    '~_w',
    '~7aCA',
  ])('%s has a bad encoding', (segment) => {
    expect(parsePathUser(segment)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('percent-encoded UTF-8') as string,
    });
  });

  it('an id is 1 to 256 bytes, not characters', () => {
    expect(parsePathUser('x'.repeat(256)).ok).toBe(true);
    expect(parsePathUser(encodeURIComponent('ö'.repeat(128))).ok).toBe(true);
    const refused = [
      '',
      '~',
      'x'.repeat(257),
      encodeURIComponent('ö'.repeat(129)),
      'x'.repeat(10_240),
    ];
    for (const segment of refused) {
      expect(parsePathUser(segment)).toEqual({
        ok: false,
        detail: 'Expected `{user}` to be 1 to 256 bytes of UTF-8.',
      });
    }
  });

  it('G11 a refusal does not repeat the segment', () => {
    expect(JSON.stringify(parsePathUser('canary%'))).not.toContain('canary');
  });

  it('what is formatted reads back, for any id, through a URL too', () => {
    const anyId = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 40 })
      .filter((id) => Buffer.byteLength(id) <= 256);
    fc.assert(
      fc.property(fc.oneof(anyId, fc.constantFrom('.', '..', '~', '~a', '%2e', 'a/../b')), (id) => {
        const url = new URL(`http://h/api/v1/users/${formatPathUser(id)}/sessions`);
        const segment = url.pathname.split('/')[4] ?? '';
        expect(parsePathUser(segment)).toEqual({ ok: true, userId: id });
      }),
    );
  });
});
