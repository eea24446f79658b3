import type { ResumeRequest } from 'holdfast';
import { queryOfTarget } from './request-head.ts';

/** What an upgrade request brings back from the client's last connection, or why it is malformed (answer 400). */
export type FoundResume =
  | { readonly ok: true; readonly resume: ResumeRequest | undefined }
  | { readonly ok: false; readonly detail: string };

/**
 * Reads `resume`, `epoch` and `offset` from the query; every part is optional. A ticket or an epoch may be anything: one
 * that is none of ours is answered by the session. An offset that is no number is a mistake of whoever wrote the client.
 */
export function findResume(url: string): FoundResume {
  const query = new URLSearchParams(queryOfTarget(url));
  const ticket = query.get('resume');
  const epoch = query.get('epoch');
  const offset = query.get('offset');
  if (ticket === null && epoch === null && offset === null) return { ok: true, resume: undefined };
  if (offset !== null && !isOffset(offset)) {
    return { ok: false, detail: 'Expected `offset` to be a whole number from 0.' };
  }
  const resume = {
    ...(ticket !== null && { ticket }),
    ...(epoch !== null && { epoch }),
    ...(offset !== null && { offset: Number(offset) }),
  };
  return { ok: true, resume };
}

function isOffset(text: string): boolean {
  return /^\d{1,16}$/.test(text) && Number.isSafeInteger(Number(text));
}
