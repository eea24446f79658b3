import type { TransportState } from '../core/death.ts';
import type { Faults } from './faults.ts';
import type { SessionSocket } from './socket.ts';

/** What an engine says of a socket; unknown where asking throws, which is counted. */
export function transportOf(socket: SessionSocket, faults: Faults): TransportState {
  return faults.attempt<TransportState>('socket', () => socket.transport(), 'unknown');
}
