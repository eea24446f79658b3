import { LARGEST_USER_ID_BYTES, isUserId } from '../server/auth/user-id.ts';
import { formatPathUser } from '../server/http/path-user.ts';
import { wrongUsage } from './command-failure.ts';

/** The path of a user in the HTTP API. @throws CommandFailure for what is no user id */
export function userPath(userId: string): string {
  if (!isUserId(userId)) {
    throw wrongUsage(
      `Expected USER to be 1 to ${LARGEST_USER_ID_BYTES} bytes of text, got ${Buffer.byteLength(userId)}.`,
    );
  }
  return `/api/v1/users/${formatPathUser(userId)}`;
}
