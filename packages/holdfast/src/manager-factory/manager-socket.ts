import { wsSocket } from '../adapters/ws.ts';
import type { SessionSocket } from '../sessions/socket.ts';

type EngineSocket = Parameters<typeof wsSocket>[0];

/** A `ws` WebSocket as it is, or the socket of any adapter. */
export type ManagerSocket = EngineSocket | SessionSocket;

/** The socket in the words of the session layer, which names what is missing from one that is neither. */
export function toSessionSocket(socket: ManagerSocket): SessionSocket {
  return isEngineSocket(socket) ? wsSocket(socket) : socket;
}

function isEngineSocket(socket: ManagerSocket): socket is EngineSocket {
  if (typeof socket !== 'object' || socket === null) return false;
  return 'readyState' in socket && 'on' in socket && typeof socket.on === 'function';
}
