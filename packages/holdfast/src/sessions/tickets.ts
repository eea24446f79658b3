import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Inheritance } from './position.ts';
import type { Session } from './session.ts';

/** 144 bits: enough against whoever has to ask us about every guess (RFC 2104 section 5). */
const signatureLength = 24;
const form: RegExp = /^(\d{1,16})\.(\d{1,16})\.([\w-]{24})$/;

/**
 * Tickets with which a client takes its place again: signed, and good for one user. Nothing is kept of them. That a ticket
 * is spent is read from the session it would replace: that knows its own generation, and its predecessor's until its client
 * has confirmed `ready`.
 *
 * ```
 *  lineage . generation . SHA3-256 over a key, both and the user: 18 bytes of it in base64url
 * ```
 *
 * The key stands before what is signed: with SHA-3 that is a MAC, without the second pass that HMAC needs for older hashes
 * (G. Bertoni and others, "Keccak sponge function family", strengths: "no need for HMAC"). Everybody who connects gets a
 * ticket, and this takes half the time.
 */
export class Tickets {
  readonly #key: string;

  /** @param key of the cluster, so that its nodes read the tickets of one another; drawn, if absent */
  constructor(key: string = randomBytes(32).toString('hex')) {
    this.#key = key;
  }

  issue({ userId, lineage, generation }: Session): string {
    const numbers = `${lineage}.${generation}`;
    return `${numbers}.${this.#sign(numbers, userId)}`;
  }

  /** What a ticket of this user says; null for one that is somebody else's, altered, or none at all. */
  read(userId: string, ticket: string): Inheritance | null {
    const [, lineage, generation, signature] = form.exec(ticket) ?? [];
    if (signature === undefined) return null;
    const expected = this.#sign(`${lineage}.${generation}`, userId);
    if (!timingSafeEqual(Buffer.from(expected), Buffer.from(signature))) return null;
    const inheritance = { lineage: Number(lineage), predecessor: Number(generation) };
    return Object.values(inheritance).every((one) => Number.isSafeInteger(one))
      ? inheritance
      : null;
  }

  #sign(numbers: string, userId: string): string {
    const signed = `${this.#key}${numbers}${unmistakable(userId)}`;
    return hash('sha3-256', signed, 'base64url').slice(0, signatureLength);
  }
}

/** In UTF-8, two user ids that are no well-formed text may be one: those are signed in escapes, behind another mark. */
function unmistakable(userId: string): string {
  return userId.isWellFormed() ? `.${userId}` : `~${JSON.stringify(userId)}`;
}
