import { describeValue, UsageError } from '../core/usage-error.ts';
import type { SessionCodec } from '../sessions/codec.ts';

/**
 * The application's own wire: what is sent goes out as it is, what arrives is handed on as it is, and no frame of ours
 * is ever among it. Life is proven by WebSocket pings alone.
 */
export const plainCodec: SessionCodec = {
  greets: false,
  encodeBody: ({ data }) => (typeof data === 'string' ? data : encodeJson(data)),
  placeEvent: (_offset, body) => body,
  encode: () => null,
  parse: (data) => ({ ok: true, frame: { type: 'message', data } }),
};

function encodeJson(data: unknown): string {
  if (ArrayBuffer.isView(data) || data instanceof ArrayBuffer) {
    throw new UsageError(
      'bad-event',
      'Expected `data` to be a text or something JSON can say, got bytes. Encode them as text first.',
    );
  }
  let text: string | undefined;
  try {
    text = JSON.stringify(data);
  } catch (error) {
    const reason = error instanceof Error ? error.name : 'an exception';
    const message = `Expected \`data\` to be a text or something JSON can say, but encoding it threw ${reason}.`;
    throw Object.assign(new UsageError('bad-event', message), { cause: error });
  }
  if (text !== undefined) return text;
  throw new UsageError(
    'bad-event',
    `Expected \`data\` to be a text or something JSON can say, got ${describeValue(data)}.`,
  );
}
