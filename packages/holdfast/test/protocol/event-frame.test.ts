import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/usage-error.ts';
import { encodeEventBody, type EventInput, spliceOffset } from '../../src/protocol/event-frame.ts';

describe('the frame of an event', () => {
  test.each<[EventInput, Record<string, unknown>]>([
    [{ event: 'e' }, { event: 'e', data: null }],
    [
      { event: 'e', data: { a: 1 } },
      { event: 'e', data: { a: 1 } },
    ],
    [
      { event: 'a "quoted" name', data: 'line\nbreak' },
      { event: 'a "quoted" name', data: 'line\nbreak' },
    ],
    [
      { event: 'e', critical: true },
      { event: 'e', data: null, critical: true },
    ],
    [
      { event: 'e', critical: false },
      { event: 'e', data: null },
    ],
    [
      { event: 'x'.repeat(256), data: 0 },
      { event: 'x'.repeat(256), data: 0 },
    ],
  ])('says %j in JSON, encoded once for all', (input, fields) => {
    const body = encodeEventBody(input, 1234);
    expect(JSON.parse(spliceOffset(7, body))).toEqual({
      type: 'event',
      offset: 7,
      ...fields,
      time: 1234,
    });
    expect(JSON.parse(spliceOffset(8, body))).toMatchObject({ offset: 8 });
  });

  test.each([[''], ['x'.repeat(257)], [undefined], [1], [null]])('refuses the name %j', (event) => {
    const encode = (): unknown => encodeEventBody({ event: event as string }, 0);
    expect(encode).toThrow(UsageError);
    expect(encode).toThrow(expect.objectContaining({ code: 'bad-event' }));
  });

  test.each([[() => {}], [Symbol('s')], [{ toJSON: () => undefined }]])(
    'refuses data JSON has no word for: %s',
    (data) => {
      const encode = (): unknown => encodeEventBody({ event: 'e', data }, 0);
      expect(encode).toThrow(expect.objectContaining({ code: 'bad-event' }));
    },
  );

  test('keeps the cause of what could not be said, and none of its text', () => {
    const cause = new TypeError('secret');
    const data = {
      toJSON(): never {
        throw cause;
      },
    };
    const encode = (): unknown => encodeEventBody({ event: 'e', data }, 0);
    expect(encode).toThrow(expect.objectContaining({ code: 'bad-event', cause }));
    expect(encode).toThrow('TypeError');
    expect(encode).not.toThrow('secret');
  });
});
