import { createServer, type Server } from 'node:http';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const library = fileURLToPath(new URL('../../../holdfast/dist', import.meta.url));

/** Keeps what it hears in `sessionStorage`, so that a reload cannot lose it. `?gateway=…[&share]` */
const page = `<!doctype html><title>idle</title><script type="module">
import { createClient } from '/client/index.js';
const asked = new URLSearchParams(location.search);
const keep = (name, value) => {
  const kept = JSON.parse(sessionStorage.getItem(name) ?? '[]');
  sessionStorage.setItem(name, JSON.stringify([...kept, value]));
};
const client = createClient({
  url: asked.get('gateway'),
  token: async () => (await fetch('/token')).text(),
  storage: sessionStorage,
  shareTabs: asked.has('share'),
});
client.on('event', ({ data: { n, at } }) => keep('got', [n, Date.now() - at]));
client.on('gap', ({ reason }) => keep('gaps', reason));
client.on('ready', ({ resume }) => keep('readies', resume.outcome));
client.on('error', ({ code }) => keep('errors', code));
client.on('state', (state) => { document.title = state; });
client.connect();
</script>`;

/** Serves the page, the built library as plain modules, and tokens. */
export class PageServer {
  readonly #server: Server;
  token = '';

  private constructor() {
    this.#server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://pages.test');
      if (pathname === '/token') response.end(this.token);
      else if (pathname.endsWith('.js')) {
        response.setHeader('content-type', 'text/javascript');
        response.end(readFileSync(path.join(library, path.normalize(pathname))));
      } else {
        response.setHeader('content-type', 'text/html');
        response.end(page);
      }
    });
  }

  static async start(): Promise<PageServer> {
    const pages = new PageServer();
    await new Promise<void>((resolve) => void pages.#server.listen(0, '127.0.0.1', resolve));
    return pages;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => void this.#server.close(() => resolve()));
  }
}
