import { createHmac } from 'node:crypto';

/** What a log says in place of a user id. */
export type UserNamer = (userId: string) => string;

/** What a namer is made from. */
export interface UserNamerOptions {
  /** Say the id as it is. */
  readonly showIds: boolean;
  /** A secret of the deployment. */
  readonly secret: string;
}

const LENGTH = 16;

/**
 * Makes the namer of `--log-user-ids`. A hashed id is 64 bits of HMAC-SHA256 under a key derived from
 * the admin token: the same user has the same name on every node of a deployment and after each
 * restart, until that token is changed; whoever has only the log can neither read nor guess ids.
 */
export function createUserNamer({ showIds, secret }: UserNamerOptions): UserNamer {
  if (showIds) return (userId) => userId;
  const key = createHmac('sha256', secret).update('holdfast: user ids in logs').digest();
  return (userId) => createHmac('sha256', key).update(userId).digest('hex').slice(0, LENGTH);
}
