import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Gateway } from '../../../src/server/gateway.ts';

type Address = Pick<Gateway, 'host' | 'port'>;

/** Writes bytes to the port and gathers what comes back until the connection ends, or time is over. */
export async function sendRaw(
  gateway: Address,
  bytes: string | Buffer,
  waitMs = 1500,
): Promise<string> {
  const socket = await connectRaw(gateway);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('latin1');
  });
  socket.write(bytes);
  await Promise.race([
    once(socket, 'close'),
    new Promise((resolve) => setTimeout(resolve, waitMs)),
  ]);
  socket.destroy();
  return answer;
}

/** A TCP connection that says nothing on its own. */
export async function connectRaw({ host, port }: Address): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** The request line and headers of a good upgrade. */
export function upgradeText(gateway: Address, token: string, extra = ''): string {
  return (
    `GET /ws HTTP/1.1\r\nHost: ${gateway.host}:${gateway.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
    'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n' +
    `Authorization: Bearer ${token}\r\n${extra}\r\n`
  );
}

/** A connected client that reads nothing on its own: it never answers a ping. */
export async function connectFrozen(gateway: Address, token: string): Promise<Socket> {
  const socket = await connectRaw(gateway);
  socket.write(upgradeText(gateway, token));
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  if (!chunk.toString('latin1').includes(' 101 ')) throw new Error(chunk.toString('latin1'));
  return socket;
}

/** The status of an HTTP answer; 0 when it is none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0);
}
