import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { ExampleServer } from './example-server.ts';

/** What the server answers to this request line. */
async function answerTo(line: string, port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${line}\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
  return await text(socket);
}

it('G10 a request for what is no address is 404, and the example lives', async () => {
  const server = new ExampleServer();
  try {
    await server.start();
    const { port } = server.network;
    expect(await answerTo('GET *:99999 HTTP/1.1', port)).toMatch(/^HTTP\/1\.1 404 /);
    expect(await answerTo('GET / HTTP/1.1', port)).toMatch(/^HTTP\/1\.1 200 /);
  } finally {
    await server.close();
  }
});
