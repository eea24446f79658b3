import { describe, expect, it } from 'vitest';
import { type FoundToken, findToken } from '../../../src/server/auth/token-source.ts';

const NOTHING = { url: '/ws', authorization: undefined, protocols: undefined };

function find(carriers: Partial<Parameters<typeof findToken>[0]>): FoundToken {
  return findToken({ ...NOTHING, ...carriers });
}

describe('a token', () => {
  it('may be in the Authorization header', () => {
    expect(find({ authorization: 'Bearer a.b.c' })).toEqual({
      ok: true,
      token: 'a.b.c',
      protocol: undefined,
    });
  });

  it('may be in a sub-protocol, which is never the one selected', () => {
    const expected = { ok: true, token: 'a.b.c', protocol: 'holdfast.v1' };
    expect(find({ protocols: 'holdfast.v1, holdfast.bearer.a.b.c' })).toEqual(expected);
    expect(find({ protocols: 'holdfast.bearer.a.b.c,other,holdfast.v1' })).toEqual(expected);
  });

  it('may be in the query', () => {
    expect(find({ url: '/ws?x=1&token=a.b.c&epoch=e' })).toMatchObject({
      ok: true,
      token: 'a.b.c',
    });
    expect(find({ url: '/ws?token=a%2Eb.c' })).toMatchObject({ token: 'a.b.c' });
  });

  it('may be missing, which is not for this place to judge', () => {
    expect(find({})).toEqual({ ok: true, token: undefined, protocol: undefined });
    expect(find({ authorization: 'Basic YTpi' })).toMatchObject({ ok: true, token: undefined });
    expect(find({ authorization: 'Bearer ' })).toMatchObject({ ok: true });
    expect(find({ protocols: 'holdfast.v1' })).toMatchObject({ protocol: 'holdfast.v1' });
    expect(find({ protocols: 'graphql-ws' })).toEqual({
      ok: true,
      token: undefined,
      protocol: undefined,
    });
  });
});

describe('a request is malformed', () => {
  it('when a bearer sub-protocol is offered without holdfast.v1', () => {
    expect(find({ protocols: 'holdfast.bearer.a.b.c' })).toEqual({
      ok: false,
      detail: 'Expected `holdfast.bearer.…` to be offered beside `holdfast.v1`.',
    });
    expect(find({ protocols: 'holdfast.v2, holdfast.bearer.a.b.c' }).ok).toBe(false);
  });

  it.each([
    { authorization: 'Bearer a.b.c', url: '/ws?token=a.b.c' },
    { authorization: 'Bearer a.b.c', protocols: 'holdfast.v1, holdfast.bearer.a.b.c' },
    { url: '/ws?token=a&token=b' },
    { protocols: 'holdfast.v1, holdfast.bearer.a, holdfast.bearer.b' },
  ])('when it has more than one token: %j', (carriers) => {
    expect(find(carriers)).toMatchObject({
      ok: false,
      detail: expect.stringContaining('one token') as string,
    });
  });

  it.each([
    '',
    ',',
    'holdfast.v1,',
    'holdfast.v1, holdfast.v1',
    'holdfast v1',
    'holdfast.v1;x',
    'holdfast.v1, holdfast.bearer.a\r\nX: y',
    ' '.repeat(30_000),
  ])('G10 when Sec-WebSocket-Protocol is no list of names: %#', (protocols) => {
    expect(find({ protocols }).ok).toBe(false);
  });

  it('G10 30 KB of spaces around a name cost nothing', () => {
    const startedAt = performance.now();
    expect(find({ protocols: `${' '.repeat(30_000)}holdfast.v1${' '.repeat(30_000)}` }).ok).toBe(
      true,
    );
    expect(find({ protocols: `a${' '.repeat(30_000)}b` }).ok).toBe(false);
    expect(performance.now() - startedAt).toBeLessThan(100);
  });

  it('G11 and is answered without repeating any of it', () => {
    const all = [
      find({ protocols: 'holdfast.bearer.canary' }),
      find({ protocols: 'canary canary' }),
      find({ url: '/ws?token=canary&token=canary' }),
    ];
    expect(JSON.stringify(all)).not.toContain('canary');
  });

  it('G10 broken escapes in a query are text, not an exception', () => {
    expect(find({ url: '/ws?token=%zz%' })).toMatchObject({ ok: true, token: '%zz%' });
    expect(find({ url: '//?token=a' })).toMatchObject({ ok: true, token: 'a' });
  });
});
