import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Inheritance, Session } from './session.ts';

const numberBytes = 6;
const signedBytes = 2 * numberBytes;
/** Of 32: enough against whoever has to ask us about every guess (RFC 2104 section 5). */
const signatureBytes = 18;
const ticketLength = ((signedBytes + signatureBytes) * 4) / 3;

/**
 * Tickets with which a client takes its place again: signed, and good for one user. Nothing is kept of them. That a ticket
 * is spent is read from the session it would replace: that knows its own generation, and its predecessor's until its client
 * has confirmed `ready`.
 *
 * ```
 *  lineage, 6 bytes │ generation, 6 bytes │ HMAC-SHA-256 over both and the user, 18 bytes     in base64url
 * ```
 */
export class Tickets {
  readonly #key: Buffer = randomBytes(32);

  issue({ userId, lineage, generation }: Session): string {
    const ticket = Buffer.allocUnsafe(signedBytes + signatureBytes);
    ticket.writeUIntBE(lineage, 0, numberBytes);
    ticket.writeUIntBE(generation, numberBytes, numberBytes);
    this.#sign(ticket.subarray(0, signedBytes), userId).copy(
      ticket,
      signedBytes,
      0,
      signatureBytes,
    );
    return ticket.toString('base64url');
  }

  /** What a ticket of this user says; null for one that is somebody else's, altered, or none at all. */
  read(userId: string, text: string): Inheritance | null {
    if (text.length !== ticketLength) return null;
    const ticket = Buffer.from(text, 'base64url');
    if (ticket.length !== signedBytes + signatureBytes) return null;
    const signed = ticket.subarray(0, signedBytes);
    const expected = this.#sign(signed, userId).subarray(0, signatureBytes);
    if (!timingSafeEqual(expected, ticket.subarray(signedBytes))) return null;
    return {
      lineage: signed.readUIntBE(0, numberBytes),
      predecessor: signed.readUIntBE(numberBytes, numberBytes),
    };
  }

  #sign(signed: Buffer, userId: string): Buffer {
    return createHmac('sha256', this.#key).update(signed).update(userId, 'utf16le').digest();
  }
}
