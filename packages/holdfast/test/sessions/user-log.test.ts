import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Scale, SharedBytes } from '../../src/sessions/shared-bytes.ts';
import { payloadsOf, textFrame } from '../../src/sessions/text-frame.ts';
import type { EntryDraft, LogBounds } from '../../src/sessions/log-entry.ts';
import { UserLog } from '../../src/sessions/user-log.ts';

const scale: Scale = { weight: 0 };
const ample: LogBounds = { events: 1_000_000, bytes: 2 ** 30 };

function plain(text: string): EntryDraft {
  return { text, payloadBytes: Buffer.byteLength(text), notes: null };
}

/** The same text, of which everything from `cut` on is shared; all of it where `cut` is 0. */
function shared(text: string, cut: number): EntryDraft {
  const payloadBytes = Buffer.byteLength(text);
  const notes = { onlyFor: null, eventId: null, receipt: null };
  const bytes = cut === 0 ? textFrame(text) : Buffer.from(text.slice(cut));
  const own = cut === 0 ? null : text.slice(0, cut);
  return { text: own, payloadBytes, notes: { ...notes, shared: new SharedBytes(bytes, scale) } };
}

/** All texts from an offset on, read in runs of at most so many bytes. */
function read(log: UserLog, from: number, most: number): string[] {
  const texts: string[] = [];
  for (let offset = from; offset <= log.last; ) {
    const { frames, rest, last } = log.run(offset, most);
    texts.push(...payloadsOf(frames, rest).map(String));
    offset = last + 1;
  }
  return texts;
}

const text = fc.oneof(
  { weight: 8, arbitrary: fc.string({ maxLength: 300 }) },
  { weight: 1, arbitrary: fc.string({ minLength: 1, unit: 'grapheme' }) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(20_000), 'y'.repeat(70_000)) },
);
const draft = fc.oneof(
  { weight: 3, arbitrary: text.map(plain) },
  { weight: 1, arbitrary: fc.string({ minLength: 2 }).map((one) => shared(one, 1)) },
  { weight: 1, arbitrary: text.map((one) => shared(one, 0)) },
);

function textOf({ text: own, notes }: EntryDraft): string {
  const rest = notes?.shared?.bytes ?? null;
  if (own === null) return payloadsOf(rest ?? new Uint8Array()).map(String)[0] ?? '';
  return own + (rest === null ? '' : Buffer.from(rest).toString());
}

describe('the log of a user', () => {
  test('I4 gives back exactly what was appended, in order, from wherever it is read', () => {
    fc.assert(
      fc.property(
        fc.array(draft, { maxLength: 60 }),
        fc.integer({ min: 1, max: 100_000 }),
        fc.nat(),
        (drafts, most, place) => {
          const log = new UserLog('u', 7, { epoch: 'e', broadcast: 0 });
          for (const one of drafts) log.append(one, ample);
          const from = drafts.length === 0 ? 0 : place % drafts.length;
          expect(read(log, 8 + from, most)).toEqual(drafts.slice(from).map(textOf));
          expect(log.size).toBe(drafts.length);
        },
      ),
    );
  });

  test('I12 holds its bounds and counts its bytes, whatever is appended and released', () => {
    const acts = fc.array(fc.oneof(draft, fc.integer({ min: 1, max: 50_000 })), { maxLength: 80 });
    fc.assert(
      fc.property(acts, fc.integer({ min: 1, max: 40 }), (given, events) => {
        const bounds = { events, bytes: 100_000 };
        const log = new UserLog('u', 0, { epoch: 'e', broadcast: 0 });
        const model: string[] = [];
        for (const act of given) {
          if (typeof act === 'number') log.release(act);
          else {
            log.append(act, bounds);
            model.push(textOf(act));
          }
          expect(read(log, log.first, 10_000)).toEqual(model.slice(log.first - 1));
          const frames = model.slice(log.first - 1).map(textFrame);
          const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
          expect(log.bytes).toBe(bytes);
          expect(log.size).toBeLessThanOrEqual(events);
          expect(bytes).toBeLessThanOrEqual(bounds.bytes);
        }
      }),
    );
  });

  test.each([100, 1_000, 5_500, 8_300, 12_000, 16_300, 40_000])(
    'I12 takes little more memory than its frames, where each is of %d bytes',
    (bytes) => {
      const log = new UserLog('u', 0, { epoch: 'e', broadcast: 0 });
      const bounds = { events: 16_384, bytes: 1024 * 1024 };
      for (let number = 0; number < 3e6 / bytes; number += 1)
        log.append(plain('x'.repeat(bytes)), bounds);
      expect(log.bytes).toBeGreaterThan(bounds.bytes - bytes - 100);
      expect(log.weight).toBeLessThan(1.1 * bounds.bytes);
    },
  );

  test('I12 takes little more memory than its frames, where small ones and large ones take turns', () => {
    const log = new UserLog('u', 0, { epoch: 'e', broadcast: 0 });
    const bounds = { events: 16_384, bytes: 1024 * 1024 };
    for (let number = 0; number < 1_000; number += 1)
      log.append(plain('x'.repeat(number % 2 === 0 ? 100 : 8_300)), bounds);
    expect(log.weight).toBeLessThan(1.2 * bounds.bytes);
  });

  test('a run ends where the next frame would be too much, and where an event is for one session', () => {
    const log = new UserLog('u', 0, { epoch: 'e', broadcast: 0 });
    for (const name of ['aa', 'bb', 'cc']) log.append(plain(name), ample);
    const notes = { onlyFor: 3, eventId: 'e', shared: null, receipt: null };
    log.append({ ...plain('dd'), notes }, ample);
    log.append(plain('ee'), ample);
    expect(log.run(1, 8).last).toBe(2);
    expect(log.run(1, 11).last).toBe(2);
    expect(log.run(1, 12).last).toBe(3);
    expect(log.run(1, 1_000).last).toBe(3);
    expect(log.run(4, 1_000).last).toBe(4);
    expect([3, 4, 5].map((offset) => log.notesAt(offset)?.onlyFor ?? null)).toEqual([
      null,
      3,
      null,
    ]);
    expect(log.offsetOf('e')).toBe(4);
    log.release(1_000);
    expect(log.offsetOf('e')).toBeUndefined();
    expect([log.first, log.size, log.bytes]).toEqual([6, 0, 0]);
  });

  test('what a socket was given stays as it was, though the log moves on', () => {
    const log = new UserLog('u', 0, { epoch: 'e', broadcast: 0 });
    log.append(plain('first'), ample);
    const { frames } = log.run(1, 100);
    for (let number = 0; number < 500; number += 1)
      log.append(plain(`${number}`.repeat(20)), { events: 10, bytes: 5_000 });
    expect(payloadsOf(frames).map(String)).toEqual(['first']);
  });

  test.each([64, 16_384])(
    'I12 64 events of 128 bytes weigh at most a quarter more, of %i kept',
    (events) => {
      const log = new UserLog('u', 0, { epoch: 'e', broadcast: 0 });
      for (let number = 0; number < 64; number += 1)
        log.append(plain('x'.repeat(128)), { events, bytes: 2 ** 20 });
      expect(log.weight).toBeLessThanOrEqual(64 * 128 * 1.25);
    },
  );
});
