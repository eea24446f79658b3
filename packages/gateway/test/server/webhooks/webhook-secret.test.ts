import { describe, expect, it } from 'vitest';
import { readWebhookSecret } from '../../../src/server/webhooks/webhook-secret.ts';

const bytes = (count: number): string => Buffer.alloc(count, 7).toString('base64');

describe('a webhook secret', () => {
  it.each([24, 32, 64])('of %i bytes in base64 behind whsec_ is those bytes', (count) => {
    const read = readWebhookSecret(`whsec_${bytes(count)}`);
    expect(read).toEqual({ ok: true, key: Buffer.alloc(count, 7) });
  });

  it('in base64 may leave out its padding', () => {
    const read = readWebhookSecret(`whsec_${bytes(32).replace(/=+$/, '')}`);
    expect(read).toEqual({ ok: true, key: Buffer.alloc(32, 7) });
  });

  it('is any other text as it is, from 32 bytes on', () => {
    const text = 'ü'.repeat(16);
    expect(readWebhookSecret(text)).toEqual({ ok: true, key: Buffer.from(text) });
    expect(readWebhookSecret(text.slice(1))).toEqual({
      ok: false,
      expected: 'at least 32 bytes in UTF-8, got 30',
    });
  });

  it.each([
    [`whsec_${bytes(23)}`, '24 to 64 bytes in base64 after `whsec_`, got 23'],
    [`whsec_${bytes(65)}`, '24 to 64 bytes in base64 after `whsec_`, got 65'],
    [`whsec_canary!${bytes(32)}`, 'base64 after `whsec_`, got other characters'],
    ['whsec_', '24 to 64 bytes in base64 after `whsec_`, got 0'],
  ])('that is none is refused without being repeated', (secret, expected) => {
    expect(readWebhookSecret(secret)).toEqual({ ok: false, expected });
  });
});
