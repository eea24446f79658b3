/**
 * Clients behind a lossy link. Arguments: the URL, and how many sessions to open.
 * Writes one line of JSON for each session when it is greeted and whenever there is news of it, twice a second at most:
 * { "session": id, "port": its own TCP port, "events": how many came, each the next one, "strays": whatever else came,
 *   "closed": code or null }.
 */
import { WebSocket } from 'ws';

const [url = '', count = '0'] = process.argv.slice(2);

function open() {
  const socket = new WebSocket(url, 'holdfast.v1');
  /** @type {{ session: string, port: number, events: number, strays: string[], closed: number | null }} */
  const told = { session: '', port: 0, events: 0, strays: [], closed: null };
  let next = 0;
  let isNews = false;
  socket.on('upgrade', ({ socket: { localPort } }) => (told.port = localPort ?? 0));
  socket.on('message', (data) => {
    const text = Buffer.isBuffer(data) ? data.toString('utf8') : '{}';
    const frame = /** @type {{ type: string, offset: number, session: string }} */ (
      JSON.parse(text)
    );
    if (frame.type === 'ready' && told.session === '') {
      told.session = frame.session;
      next = frame.offset + 1;
    } else if (frame.type === 'event' && frame.offset === next) {
      told.events += 1;
      next += 1;
    } else told.strays.push(text);
    isNews = true;
  });
  socket.on('close', (code) => {
    // A handshake may fail over such a link; its client tries again.
    if (told.session === '') setTimeout(open, 100);
    told.closed = code;
    isNews = true;
  });
  socket.on('error', () => {});
  setInterval(() => {
    if (!isNews || told.session === '') return;
    isNews = false;
    process.stdout.write(`${JSON.stringify(told)}\n`);
  }, 500);
}

for (let number = 0; number < Number(count); number += 1) setTimeout(open, number * 20);
