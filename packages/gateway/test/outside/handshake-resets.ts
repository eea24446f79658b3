import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunningGateway } from './running-gateway.ts';

/** Connects and resets in the middle of the handshake, at a place that differs from one to the next. */
async function reset(port: number, head: string, number: number): Promise<void> {
  const socket: Socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  await new Promise<void>((resolve) => {
    socket.once('connect', resolve);
    socket.once('close', () => resolve());
  });
  socket.write(head.slice(0, Math.floor((head.length * (number % 11)) / 10)));
  if (number % 3 === 0) await delay(1);
  socket.resetAndDestroy();
  if (!socket.closed)
    await new Promise<void>((resolve) => void socket.once('close', () => resolve()));
}

/** Resets this many handshakes, fifty at a time. Resolves once no descriptor of them is left, or after ten seconds. */
export async function resetHandshakes(
  gateway: RunningGateway,
  count: number,
): Promise<{ before: number; after: number }> {
  const head = [
    `GET ${gateway.pathFor('ann')} HTTP/1.1`,
    'Host: x',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    '',
    '',
  ].join('\r\n');
  const before = gateway.openFiles;
  for (let number = 0; number < count; number += 50) {
    await Promise.all(
      Array.from({ length: 50 }, (_, place) => reset(gateway.port, head, number + place)),
    );
  }
  const endsAt = performance.now() + 10_000;
  while (gateway.openFiles > before && performance.now() < endsAt) await delay(20);
  return { before, after: gateway.openFiles };
}
