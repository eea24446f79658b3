import type { ParsedFrame } from '../protocol/frames.ts';
import type { SessionCodec } from './codec.ts';
import type { Faults } from './faults.ts';

/** The answer where a codec threw at a frame: its mistake, and none of the client's. */
const unreadable: ParsedFrame = {
  ok: false,
  breach: false,
  message: 'The application could not read the message.',
};

/** What a client has sent, read by the codec; what that throws is counted. */
export function readFrame(
  data: string | Uint8Array,
  { codec, faults }: { readonly codec: SessionCodec; readonly faults: Faults },
): ParsedFrame {
  return faults.attempt('application', () => codec.parse(data), unreadable);
}
