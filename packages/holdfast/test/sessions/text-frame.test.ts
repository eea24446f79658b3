import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameLength, payloadsOf, textFrame } from '../../src/sessions/text-frame.ts';

const texts = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant('é'.repeat(40_000)));

describe('text frames', () => {
  test('any texts come out of the frames they were put into, however the last one is cut', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 5 }), fc.nat(), (given, cut) => {
        const frames = Buffer.concat(given.map(textFrame));
        expect(payloadsOf(frames).map(String)).toEqual(given);
        const last = textFrame(given.at(-1) ?? '').length;
        const at = frames.length - (cut % last);
        expect(payloadsOf(frames.subarray(0, at), frames.subarray(at)).map(String)).toEqual(given);
      }),
    );
  });

  test.each([
    [0, 2],
    [125, 127],
    [126, 130],
    [65_535, 65_539],
    [65_536, 65_546],
  ])('a payload of %i bytes makes a frame of %i', (payload, frame) => {
    expect(frameLength(payload)).toBe(frame);
    expect(textFrame('x'.repeat(payload))).toHaveLength(frame);
  });

  test('half of a surrogate pair is replaced, and the length is that of the replacement', () => {
    expect(payloadsOf(textFrame('a\ud800b')).map(String)).toEqual(['a\ufffdb']);
  });
});
