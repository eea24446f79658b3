import { expect, it } from 'vitest';
import { signWebhook } from '../../../src/server/webhooks/signature.ts';
import { readWebhookSecret } from '../../../src/server/webhooks/webhook-secret.ts';

/** From the tests of the reference libraries of Standard Webhooks. */
const reference = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestampS: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};

it('the signature is that of the reference libraries', () => {
  const read = readWebhookSecret(reference.secret);
  if (!read.ok) throw new Error(read.expected);
  expect(signWebhook(read.key, reference)).toBe(reference.signature);
});
