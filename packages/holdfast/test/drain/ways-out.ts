import type { FakeSocket } from '../../src/testing/fake-socket.ts';
import { framesOn, type House } from '../sessions/house.ts';

/** What a client heard of the end of its session: frame and close, and when each of them wants it back. */
export interface WayOut {
  readonly reconnectInMs: number;
  readonly code: number | undefined;
  readonly r: string | undefined;
  readonly retryMs: number | undefined;
}

/** What this socket was told. */
export function wayOut(socket: FakeSocket): WayOut {
  const [drain] = framesOn(socket, 'drain');
  const [close] = socket.closes;
  const reason = JSON.parse(close?.reason ?? '{}') as { r?: string; retryMs?: number };
  return {
    reconnectInMs: Number(drain?.['reconnectInMs']),
    code: close?.code,
    r: reason.r,
    retryMs: reason.retryMs,
  };
}

/** A socket whose peer reads nothing and answers nothing. */
export function frozenSocket(house: House): FakeSocket {
  return Object.assign(house.socket(), { isFrozen: true });
}

/** A drain that has begun, and whether it is over. */
export class Course {
  readonly promise: Promise<void>;
  isOver = false;

  constructor(house: House, withinMs: number) {
    this.promise = house.layer.drain({ withinMs });
    void this.promise.then(() => {
      this.isOver = true;
    });
  }
}
