import { describe, expect, test } from 'vitest';
import { type CloseCause, closeCauses, closeReason } from '../../src/protocol/close-causes.ts';

/** Close codes and words as the contract gives them: code → words. */
const contract: Readonly<Record<number, readonly (string | null)[]>> = {
  1000: [null],
  1001: [null],
  1009: [null],
  1011: [null],
  1008: ['rate'],
  1012: ['drain'],
  1013: ['overload'],
  4400: ['bad-frame'],
  4401: ['unauthorized', 'token-expired', 'revoked'],
  4408: ['no-pong', 'open-timeout'],
  4409: ['superseded', 'evicted'],
  4410: ['slow'],
  4429: ['user-limit', 'rate'],
  4499: ['admin'],
};
/** Of RFC 6455, for what the engine or the network says; never ours to send. */
const enginesOwn: readonly number[] = [1002, 1006];

const causes = Object.entries(closeCauses);

describe('the table of close causes', () => {
  test.each(causes)('%s has a code and a word of the contract', (_cause, { code, word }) => {
    const words = enginesOwn.includes(code) ? [null] : contract[code];
    expect(words).toContain(word);
  });

  test.each([
    ['no-pong', 4408, 'resume'],
    ['open-timeout', 4408, 'resume'],
    ['evicted', 4409, 'stop'],
    ['slow', 4410, 'resume'],
    ['admin', 4499, 'stop'],
    ['revoked', 4401, 'new-token'],
    ['token-expired', 4401, 'new-token'],
    ['unauthorized', 4401, 'new-token'],
    ['bad-frame', 4400, 'stop'],
    ['message-rate', 1008, 'later'],
    ['shutdown', 1012, 'later'],
    ['draining', 1012, 'later'],
    ['overload', 1013, 'later'],
    ['user-limit', 4429, 'on-request'],
    ['rate', 4429, 'later'],
    ['failed', 1011, 'later'],
    ['too-big', 1009, 'stop'],
    ['released', 1000, 'none'],
    ['client-close', 1000, 'none'],
  ] as const)('%s is told as %i and has the client do: %s', (cause, code, client) => {
    expect(closeCauses[cause]).toMatchObject({ code, client });
  });

  test.each(causes)(
    'the reason of %s is compact JSON within the 123 bytes of a close frame',
    (cause, { word }) => {
      const plain = closeReason(cause as CloseCause);
      const later = closeReason(cause as CloseCause, 123_456_789.2);
      expect(Buffer.byteLength(later)).toBeLessThanOrEqual(123);
      const said = JSON.stringify({ r: word });
      const saidLater = JSON.stringify({ r: word, retryMs: 123_456_790 });
      expect([plain, later]).toEqual(word === null ? ['', ''] : [said, saidLater]);
    },
  );

  test('I2 only three causes are deaths', () => {
    const deaths = causes.filter(([, { by }]) => by === 'death').map(([cause]) => cause);
    expect(deaths.toSorted()).toEqual(['no-pong', 'open-timeout', 'transport-closed']);
  });
});
