import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import type { Evidence, SealedEvidence } from './evidence.ts';

/** Fewer bytes than the hash has would be the weakest part of a signature (RFC 2104, section 3). */
export const smallestKeyBytes = 32;

/** Whether a text may serve as evidence key: its UTF-8 has at least 32 bytes. */
export function isEvidenceKey(text: string): boolean {
  return Buffer.byteLength(text) >= smallestKeyBytes;
}

/**
 * Evidence with its digest and, given a key, its signature.
 *
 * @param key {@link isEvidenceKey}
 * @throws TypeError where a value in it is none of JSON, such as a number that is not finite
 */
export function seal(evidence: Evidence, key?: string): SealedEvidence {
  const signature = key === undefined ? null : signatureOf(evidence, key);
  return { ...evidence, signature, digest: digestOf({ ...evidence, signature }) };
}

/** What the seal of evidence tells. */
export interface SealState {
  /** The digest is that of the rest: nothing was changed by hand. Whoever can compute a digest can make another. */
  readonly isWhole: boolean;
  /** `unchecked`: there is one, and no key to hold it against. */
  readonly signature: 'none' | 'good' | 'bad' | 'unchecked';
}

/** Holds sealed evidence, as it was parsed from its file, against its digest and, given a key, its signature. */
export function checkSeal(parsed: Readonly<Record<string, unknown>>, key?: string): SealState {
  const { digest, ...rest } = parsed;
  const { signature, ...evidence } = rest;
  const isWhole = digest === digestOf(rest);
  if (typeof signature !== 'string') return { isWhole, signature: 'none' };
  if (key === undefined) return { isWhole, signature: 'unchecked' };
  const isGood = isSame(signature, signatureOf(evidence, key));
  return { isWhole, signature: isGood ? 'good' : 'bad' };
}

function digestOf(content: object): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

function signatureOf(evidence: object, key: string): string {
  return createHmac('sha256', key).update(canonicalJson(evidence)).digest('hex');
}

function isSame(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
