/** RFC 6455 section 5.2: FIN and the opcode of text. Server frames carry no mask. */
const finText = 0x81;
const length16 = 126;
const length64 = 127;

/** A whole text frame, header and payload, ready for any number of sockets. */
export function textFrame(text: string): Uint8Array {
  const payloadBytes = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(frameLength(payloadBytes));
  frame.write(text, writeHeader(frame, 0, payloadBytes), 'utf8');
  return frame;
}

/** How many bytes a text frame of such a payload takes. */
export function frameLength(payloadBytes: number): number {
  return headerLength(payloadBytes) + payloadBytes;
}

/** Writes the header of a text frame and returns where its payload begins. */
export function writeHeader(target: Buffer, at: number, payloadBytes: number): number {
  target[at] = finText;
  if (payloadBytes < length16) {
    target[at + 1] = payloadBytes;
  } else if (payloadBytes < 65_536) {
    target[at + 1] = length16;
    target.writeUInt16BE(payloadBytes, at + 2);
  } else {
    target[at + 1] = length64;
    target.writeUInt32BE(Math.floor(payloadBytes / 2 ** 32), at + 2);
    target.writeUInt32BE(payloadBytes >>> 0, at + 6);
  }
  return at + headerLength(payloadBytes);
}

/**
 * The payloads of whole text frames that lie end to end, for an engine that makes its frames by itself.
 *
 * @param rest the end of the last frame, where it is kept apart
 */
export function payloadsOf(frames: Uint8Array, rest: Uint8Array | null = null): Buffer[] {
  const parts = rest === null ? [frames] : [frames, rest];
  const bytes = rest === null ? asBuffer(frames) : Buffer.concat(parts);
  const payloads: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { start, end } = payloadAt(bytes, at);
    payloads.push(bytes.subarray(start, end));
    at = end;
  }
  return payloads;
}

function payloadAt(bytes: Buffer, at: number): { readonly start: number; readonly end: number } {
  const short = bytes[at + 1] ?? 0;
  if (short < length16) return { start: at + 2, end: at + 2 + short };
  if (short === length16) return { start: at + 4, end: at + 4 + bytes.readUInt16BE(at + 2) };
  const length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
  return { start: at + 10, end: at + 10 + length };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function headerLength(payloadBytes: number): number {
  if (payloadBytes < length16) return 2;
  return payloadBytes < 65_536 ? 4 : 10;
}
