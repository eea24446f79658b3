/** RFC 6455 section 5.2: FIN and the opcodes of control frames. Server frames carry no mask. */
const finPing = 0x89;
const finPong = 0x8a;

/** A ping frame with a mark of four bytes. */
export function pingFrame(mark: number): Uint8Array {
  const frame = Buffer.allocUnsafe(6);
  frame[0] = finPing;
  frame[1] = 4;
  frame.writeUInt32BE(mark, 2);
  return frame;
}

/** The answer to a ping that carried this payload, of at most 125 bytes. */
export function pongFrame(payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafe(2 + payload.length);
  frame[0] = finPong;
  frame[1] = payload.length;
  frame.set(payload, 2);
  return frame;
}

/** The mark a pong carries; NaN for one that is none of ours. */
export function markOf(payload: Buffer): number {
  return payload.length === 4 ? payload.readUInt32BE(0) : Number.NaN;
}
