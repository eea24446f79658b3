import { Server, Socket } from 'node:net';
import { expect, it } from 'vitest';
import { ConnectionBook } from '../../../src/server/connections/connection-book.ts';

it('I12 a connection is in the book once, however often its server is given it', () => {
  const book = new ConnectionBook({ most: 1, onUnfinished: () => {} });
  const server = new Server();
  book.watch(server);
  const [first, second] = [new Socket(), new Socket()];
  server.emit('connection', first);
  const listeners = first.listenerCount('close');
  for (let count = 0; count < 20; count += 1) server.emit('connection', first);
  server.emit('connection', second);
  expect(book.size).toBe(2);
  expect([first, second].map((socket) => book.isInExcess(socket))).toEqual([false, true]);
  expect(first.listenerCount('close')).toBe(listeners);
});
