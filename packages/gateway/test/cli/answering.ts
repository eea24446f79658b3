import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Server as TcpServer } from 'node:net';
import { type Outcome, run } from './fake-terminal.ts';

/** What the gateways of these tests are asked with. */
export const ADMIN: string = 'canary-admin-0123456789';

/** A request that came. */
export interface Seen {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly authorization: string | undefined;
  readonly body: string;
}

const servers: { close: () => void }[] = [];

/** Ends the servers of a test. */
export function stopServers(): void {
  for (const server of servers.splice(0)) server.close();
}

/** Starts a server that ends with the test, and returns its address. */
export async function listen(server: Server | TcpServer): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Something that answers every request in the same way, and what it was asked. */
export async function answering(
  status: number,
  body: unknown,
): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((text) => {
      const { method, url, headers } = request;
      seen.push({ method, url, authorization: headers.authorization, body: text });
      response.statusCode = status;
      response.end(typeof body === 'string' ? body : JSON.stringify(body));
    });
  });
  return { url: await listen(server), seen };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** Runs a command against this address. */
export async function ask(url: string, ...argv: string[]): Promise<Outcome> {
  return await run([...argv, '--url', url, '--admin-token', ADMIN]);
}
