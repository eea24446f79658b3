import type { ResumeRequest } from '../../src/sessions/resumption.ts';
import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import { framesOn } from '../sessions/house.ts';

/** What the first frame on a socket says. */
export function readyOn(socket: FakeSocket): Readonly<Record<string, unknown>> {
  const [ready] = framesOn(socket, 'ready');
  if (ready === undefined) throw new Error('Expected a socket that was greeted.');
  return ready;
}

/** What a client remembers that has read everything on this socket. */
export function memoryOf(socket: FakeSocket): Required<ResumeRequest> {
  const { ticket, epoch } = readyOn(socket) as { ticket: string; epoch: string };
  const placed = socket.frames.filter(({ offset }) => typeof offset === 'number');
  return { ticket, epoch, offset: Number(placed.at(-1)?.['offset']) };
}

/** The offsets of the events on a socket. */
export function offsetsOn(socket: FakeSocket): unknown[] {
  return framesOn(socket, 'event').map(({ offset }) => offset);
}
