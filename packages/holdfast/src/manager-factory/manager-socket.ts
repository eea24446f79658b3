import { wsSocket } from '../adapters/ws.ts';
import { checkSocket, type SessionSocket } from '../sessions/socket.ts';

type EngineSocket = Parameters<typeof wsSocket>[0];

/** A `ws` WebSocket as it is, or the socket of any adapter. */
export type ManagerSocket = EngineSocket | SessionSocket;

/**
 * The socket in the words of the session layer.
 *
 * @throws UsageError `bad-socket`, which names what is missing
 */
export function toSessionSocket(socket: ManagerSocket): SessionSocket {
  const port = isEngineSocket(socket) ? wsSocket(socket) : socket;
  checkSocket(port);
  return port;
}

function isEngineSocket(socket: ManagerSocket): socket is EngineSocket {
  if (typeof socket !== 'object' || socket === null) return false;
  return 'readyState' in socket && 'on' in socket && typeof socket.on === 'function';
}
