/** RFC 6455 section 5.2: FIN and the opcodes we write. Server frames carry no mask. */
const finText = 0x81;
const finPing = 0x89;
const length16 = 126;
const length64 = 127;

/** A whole text frame, header and payload, ready for any number of sockets. */
export function textFrame(text: string, payloadBytes: number): Uint8Array {
  const headerBytes = headerLength(payloadBytes);
  const frame = Buffer.allocUnsafe(headerBytes + payloadBytes);
  frame[0] = finText;
  if (headerBytes === 2) frame[1] = payloadBytes;
  else if (headerBytes === 4) {
    frame[1] = length16;
    frame.writeUInt16BE(payloadBytes, 2);
  } else {
    frame[1] = length64;
    frame.writeUInt32BE(Math.floor(payloadBytes / 2 ** 32), 2);
    frame.writeUInt32BE(payloadBytes >>> 0, 6);
  }
  frame.write(text, headerBytes, 'utf8');
  return frame;
}

/** A ping frame with a mark of four bytes. */
export function pingFrame(mark: number): Uint8Array {
  const frame = Buffer.allocUnsafe(6);
  frame[0] = finPing;
  frame[1] = 4;
  frame.writeUInt32BE(mark, 2);
  return frame;
}

/** The mark a pong carries; NaN for one that is none of ours. */
export function markOf(payload: Uint8Array): number {
  if (payload.length !== 4) return Number.NaN;
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0);
}

function headerLength(payloadBytes: number): number {
  if (payloadBytes < length16) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}
