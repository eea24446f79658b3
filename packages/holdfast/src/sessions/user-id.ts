import { describeValue, UsageError } from '../core/usage-error.ts';

const most = 256;

/**
 * Refuses what names no user. There is no shared bucket for the nameless (FM-22).
 *
 * @throws UsageError `bad-user`
 */
export function checkUserId(userId: unknown): void {
  if (typeof userId === 'string' && userId.length > 0 && userId.length <= most) {
    if (userId.length * 3 <= most || Buffer.byteLength(userId) <= most) return;
  }
  throw new UsageError(
    'bad-user',
    `Expected \`userId\` to be a text of 1 to ${most} bytes, got ${describeValue(userId)}.`,
  );
}
