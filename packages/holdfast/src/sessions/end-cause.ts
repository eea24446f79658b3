import type { SessionEnd } from '../protocol/close-causes.ts';
import type { EndSign } from './socket.ts';

const tooBig = 1009;

/** The cause that belongs to the first sign of a socket's end. */
export function endCause(sign: EndSign, code: number | undefined): SessionEnd {
  if (sign === 'close-frame') return 'client-close';
  if (sign === 'invalid') return code === tooBig ? 'too-big' : 'invalid-frame';
  return 'connection-lost';
}
