import { createHmac } from 'node:crypto';

/** What a signature is over. */
export interface SignedParts {
  readonly id: string;
  /** When this try is made, whole seconds since 1970. */
  readonly timestampS: number;
  readonly body: string;
}

/**
 * The `webhook-signature` of one try. Source: the Standard Webhooks specification, scheme v1. Neither the id nor the time
 * holds a full stop, so no other parts give the same text.
 */
export function signWebhook(key: Buffer, { id, timestampS, body }: SignedParts): string {
  const signature = createHmac('sha256', key).update(`${id}.${timestampS}.${body}`, 'utf8');
  return `v1,${signature.digest('base64')}`;
}
