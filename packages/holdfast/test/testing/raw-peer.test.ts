import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { RawPeer } from '../../src/testing/raw-peer.ts';

it('leaves no connection behind where the server does not answer in time', async () => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  await expect(RawPeer.connect({ port, answerTimeoutMs: 50 })).rejects.toThrow(`port ${port}`);
  const [socket] = await accepted;
  socket.resume();
  await once(socket, 'close');
  server.close();
});
