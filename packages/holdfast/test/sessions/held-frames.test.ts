import { describe, expect, test } from 'vitest';
import { HeldFrames } from '../../src/sessions/held-frames.ts';

const mostBytes = 64 * 1024;

/** Holds all of these; what it said to each. */
function holdAll(frames: HeldFrames, all: readonly (string | Uint8Array)[]): readonly boolean[] {
  return all.map((data) => frames.hold(data));
}

describe('frames that are held', () => {
  test('are handed over in the order in which they came, once', () => {
    const frames = new HeldFrames();
    const binary = new Uint8Array([1]);
    expect(holdAll(frames, ['one', binary, 'two'])).toEqual([true, true, true]);
    expect(frames.take()).toEqual(['one', binary, 'two']);
    expect(frames.take()).toEqual([]);
  });

  test('are none where nothing has come', () => {
    expect(new HeldFrames().take()).toEqual([]);
  });

  test('I12 are sixteen at most: the next one is not held, nor is any after it', () => {
    const frames = new HeldFrames();
    const sixteen = Array.from({ length: 16 }, (_, place) => String(place));
    expect(holdAll(frames, sixteen)).toEqual(sixteen.map(() => true));
    expect(holdAll(frames, ['one more', ''])).toEqual([false, false]);
    expect(frames.take()).toEqual(sixteen);
  });

  test('I12 count together with those of which nothing is held', () => {
    const frames = new HeldFrames();
    const told = Array.from({ length: 8 }, () => [frames.count(), frames.hold('m')]).flat();
    expect(told).toEqual(Array.from({ length: 16 }, () => true));
    expect([frames.count(), frames.hold('m')]).toEqual([false, false]);
    expect(frames.take()).toHaveLength(8);
  });

  test.each([
    ['text', (length: number) => 'x'.repeat(length)],
    ['bytes', (length: number) => new Uint8Array(length)],
  ])('I12 are 64 KB at most in all, of %s', (_, ofLength) => {
    const frames = new HeldFrames();
    expect(holdAll(frames, [ofLength(mostBytes - 1), ofLength(1)])).toEqual([true, true]);
    expect([frames.count(), frames.hold(ofLength(0))]).toEqual([true, true]);
    expect(frames.hold(ofLength(1))).toBe(false);
    expect([frames.count(), frames.hold(ofLength(0))]).toEqual([false, false]);
    expect(frames.take().map(({ length }) => length)).toEqual([mostBytes - 1, 1, 0]);
  });

  test('I12 are not held where one alone is larger than all may be', () => {
    const frames = new HeldFrames();
    expect(frames.hold('x'.repeat(mostBytes + 1))).toBe(false);
    expect(frames.take()).toEqual([]);
  });

  test('are let go of one at a time, the last of those alike', () => {
    const frames = new HeldFrames();
    holdAll(frames, ['same', 'between', 'same', 'end']);
    frames.letGo('same');
    frames.letGo('nobody');
    expect(frames.take()).toEqual(['same', 'between', 'end']);
    frames.letGo('same');
    expect(frames.take()).toEqual([]);
  });

  test('I12 count after they were let go of or handed over', () => {
    const frames = new HeldFrames();
    for (let turn = 0; turn < 8; turn += 1) {
      frames.hold('now');
      frames.letGo('now');
      frames.hold('later');
      frames.take();
    }
    expect(frames.hold('one more')).toBe(false);
  });
});
