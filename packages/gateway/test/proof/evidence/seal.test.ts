import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/proof/evidence/canonical-json.ts';
import { checkSeal, isEvidenceKey, seal } from '../../../src/proof/evidence/seal.ts';
import { leavesOf, withLeaf } from './leaves.ts';
import { someEvidence } from './some-evidence.ts';

const key = 'k'.repeat(32);
const parse = (value: unknown): Record<string, unknown> =>
  JSON.parse(JSON.stringify(value)) as Record<string, unknown>;

describe('canonical JSON', () => {
  it('is one text for one value, whatever the order of its members', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        expect(canonicalJson(reversed(value))).toBe(text);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });

  it('is as RFC 8785 shows it', () => {
    const value = {
      '\u20ac': 'Euro',
      '\r': 1e21,
      '1': [56, 4.5, 0.002, 1e-27],
      '\ud83d\ude00': null,
    };
    expect(canonicalJson(value)).toBe(
      '{"\\r":1e+21,"1":[56,4.5,0.002,1e-27],"\u20ac":"Euro","\ud83d\ude00":null}',
    );
  });

  it.each([
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    [undefined, 'undefined'],
    [1n, 'bigint'],
  ])('has no word for %s', (value, got) => {
    expect(() => canonicalJson({ a: [value] })).toThrow(
      `Expected \`$.a[0]\` to be a value of JSON, got ${got}.`,
    );
  });
});

describe('a seal', () => {
  it('holds after the evidence was written and read, signed or not', () => {
    expect(checkSeal(parse(seal(someEvidence())))).toEqual({ isWhole: true, signature: 'none' });
    const signed = parse(seal(someEvidence(), key));
    expect(checkSeal(signed)).toEqual({ isWhole: true, signature: 'unchecked' });
    expect(checkSeal(signed, key)).toEqual({ isWhole: true, signature: 'good' });
    expect(checkSeal(signed, 'another key, of thirty-two bytes')).toEqual({
      isWhole: true,
      signature: 'bad',
    });
  });

  it('breaks when any leaf is changed, left out or added', () => {
    for (const sealed of [parse(seal(someEvidence())), parse(seal(someEvidence(), key))]) {
      const changes = leavesOf(sealed).flatMap(({ path, value }) =>
        [undefined, 'x', 7, true, null, []]
          .filter((other) => other !== value)
          .map((other) => ({ path, other })),
      );
      for (const { path, other } of changes) {
        const { isWhole } = checkSeal(withLeaf(sealed, path, other));
        expect({ path, other, isWhole }).toEqual({ path, other, isWhole: false });
      }
      expect(checkSeal({ ...sealed, extra: 1 }).isWhole).toBe(false);
    }
  });

  it('made anew over altered evidence is caught by the key alone', () => {
    const altered = { ...someEvidence(), commit: null };
    const honest = seal(someEvidence(), key);
    expect(checkSeal(parse(seal(altered)), key)).toEqual({ isWhole: true, signature: 'none' });
    expect(checkSeal(parse(seal(altered, 'a key the forger made up himself')), key)).toEqual({
      isWhole: true,
      signature: 'bad',
    });
    expect(checkSeal(parse({ ...honest, ...altered }), key)).toEqual({
      isWhole: false,
      signature: 'bad',
    });
  });

  it('takes a key of at least 32 bytes', () => {
    expect(isEvidenceKey('k'.repeat(31))).toBe(false);
    expect(isEvidenceKey('k'.repeat(32))).toBe(true);
    expect(isEvidenceKey('\u20ac'.repeat(11))).toBe(true);
  });
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, reversed(member)] as const);
  return Object.fromEntries(members.toReversed());
}
