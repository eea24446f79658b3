import { randomUUID } from 'node:crypto';

/** Who asks, and within which conversation. */
export interface UserContext {
  readonly userId: string;
  readonly threadId: string;
  readonly requestId: string;
}

/**
 * A context for a request of this user's. The ids were made wherever a context was needed, so that two contexts of one
 * connection did not have the same (FM-02).
 */
export function makeUserContext(userId: string): UserContext {
  return { userId, threadId: `thread_${randomUUID()}`, requestId: `req_${randomUUID()}` };
}

/** Under which key a manager is registered: the ids joined by a colon (FM-04). */
export function isolationKeyOf({ userId, threadId }: UserContext): string {
  return `${userId}:${threadId}`;
}
