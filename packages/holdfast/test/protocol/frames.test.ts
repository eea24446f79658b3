import { describe, expect, test } from 'vitest';
import { encodeFrame, maxMessageIdLength, parseClientFrame } from '../../src/protocol/frames.ts';
import { holdfastCodec } from '../../src/sessions/codec.ts';

describe('the frames of a client', () => {
  test.each([
    ['{"type":"ping"}', { type: 'ping' }],
    ['{"type":"ping","more":1}', { type: 'ping' }],
    ['{"type":"takeover","session":"n-0-1","more":1}', { type: 'takeover', session: 'n-0-1' }],
    ['{"type":"ack","offset":0}', { type: 'ack', offset: 0 }],
    ['{"type":"ack","offset":9007199254740991}', { type: 'ack', offset: 2 ** 53 - 1 }],
    ['{"type":"message","data":{"a":[1]}}', { type: 'message', data: { a: [1] } }],
    ['{"type":"message"}', { type: 'message', data: null }],
    ['{"type":"message","data":false,"id":"m"}', { type: 'message', data: false, id: 'm' }],
    [
      `{"type":"message","id":"${'m'.repeat(maxMessageIdLength)}"}`,
      { type: 'message', data: null, id: 'm'.repeat(maxMessageIdLength) },
    ],
  ])('reads %s', (text, frame) => {
    expect(parseClientFrame(text)).toEqual({ ok: true, frame });
  });

  test.each([
    '',
    ' ',
    'x',
    '1',
    'null',
    'true',
    '"text"',
    '[]',
    '[{"type":"ping"}]',
    '{',
    '{"type":"ping"',
    '{"type":"ping"}x',
    '{"type":"ack"}',
    '{"type":"ack","offset":-1}',
    '{"type":"ack","offset":1.5}',
    '{"type":"ack","offset":"1"}',
    '{"type":"ack","offset":1e999}',
    '{"type":"ack","offset":9007199254740992}',
    '{"type":"ack","offset":null}',
    '{"type":"takeover"}',
    '{"type":"takeover","session":1}',
    '{"type":"takeover","session":["n-0-1"]}',
    '{"type":"message","id":""}',
    '{"type":"message","id":1}',
    '{"type":"message","id":null}',
    `{"type":"message","id":"${'m'.repeat(maxMessageIdLength + 1)}"}`,
  ])('calls a breach: %s', (text) => {
    expect(parseClientFrame(text)).toMatchObject({ ok: false, breach: true });
  });

  test.each([
    '{}',
    '{"type":"pong"}',
    '{"type":1}',
    '{"type":null}',
    '{"type":["ping"]}',
    '{"type":"__proto__"}',
    '{"__proto__":{"type":"ping"}}',
  ])('politely refuses the unknown type of %s', (text) => {
    expect(parseClientFrame(text)).toMatchObject({ ok: false, breach: false });
  });

  test('never repeats in its messages what the client has sent', () => {
    const canary = 'c4n4ry';
    for (const text of [
      canary,
      `{"type":"${canary}"}`,
      `{"type":"ack","offset":"${canary}"}`,
      `{"${canary}`,
      `{"type":"takeover","session":{"x":"${canary}"}}`,
      `{"type":"message","id":{"x":"${canary}"}}`,
    ])
      expect(JSON.stringify(parseClientFrame(text))).not.toContain(canary);
  });

  test('takes text only', () => {
    expect(holdfastCodec.parse(new Uint8Array([123, 125]))).toMatchObject({
      ok: false,
      breach: true,
    });
    expect(holdfastCodec.parse('{"type":"ping"}')).toMatchObject({ ok: true });
  });
});

describe('the frames of the server', () => {
  test('are JSON text, one object each', () => {
    expect(encodeFrame({ type: 'pong' })).toBe('{"type":"pong"}');
    expect(
      JSON.parse(
        encodeFrame({ type: 'gap', reason: 'overflow', epoch: 'e', offset: 3, from: 1, to: 3 }),
      ),
    ).toEqual({
      type: 'gap',
      reason: 'overflow',
      epoch: 'e',
      offset: 3,
      from: 1,
      to: 3,
    });
  });
});
