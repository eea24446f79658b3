/**
 * A chat with a simulated agent, on Holdfast.
 *
 * usage: node examples/agent-chat/server.mjs [--port N] [--data FOLDER] [--pace FACTOR]
 */
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SessionLayer } from 'holdfast';
import { acceptUpgrades } from 'holdfast/ws';
import { Desk } from './desk.mjs';
import { readPageFile, securityHeaders } from './files.mjs';
import { Visitors } from './visitors.mjs';

/**
 * @typedef {import('node:http').IncomingMessage} IncomingMessage
 * @typedef {import('node:http').ServerResponse} ServerResponse
 */

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8090' },
    data: { type: 'string', default: fileURLToPath(new URL('data', import.meta.url)) },
    pace: { type: 'string', default: '1' },
  },
});

const visitors = new Visitors(values.data);
const layer = new SessionLayer(
  {},
  { hooks: { onMessage: (session, { data }) => hear(session, data) } },
);
const desk = new Desk(layer, { folder: values.data, pace: Number(values.pace) });

/**
 * A message of a page: a question, or the order to stop.
 *
 * @param {import('holdfast').Session} session
 * @param {unknown} message
 * @returns {import('holdfast').MessageRefusal | undefined} a word for the page where it was not taken
 */
function hear({ userId }, message) {
  const { holdfast, turn, ask } = /** @type {Record<string, unknown>} */ (Object(message));
  if (holdfast === 'cancel') {
    desk.cancel(userId);
    return undefined;
  }
  if (typeof turn !== 'string' || turn.length > 64 || typeof ask !== 'string')
    return { refused: 'no-question' };
  const refused = desk.ask(userId, { turn, text: ask });
  return refused === null ? undefined : { refused };
}

/**
 * @param {IncomingMessage} request
 * @param {ServerResponse} response
 */
function serve(request, response) {
  for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
  const { pathname } = addressOf(request);
  const userId = visitors.find(request);
  if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405).end();
  else if (!isOurName(request)) response.writeHead(403).end();
  else if (pathname === '/conversation') serveConversation(response, userId);
  else {
    const file = readPageFile(pathname);
    if (pathname === '/' && userId === null) response.setHeader('set-cookie', visitors.welcome());
    if (file === null) response.writeHead(404).end();
    else response.setHeader('content-type', file.type).end(file.body);
  }
}

/**
 * @param {ServerResponse} response
 * @param {string | null} userId
 */
function serveConversation(response, userId) {
  response.setHeader('content-type', 'application/json');
  if (userId === null) response.writeHead(401).end('{}');
  else response.end(JSON.stringify(desk.read(userId)));
}

/**
 * @param {IncomingMessage} request
 * @returns {import('holdfast/ws').Verdict}
 */
function decide(request) {
  const { pathname, searchParams } = addressOf(request);
  if (pathname !== '/ws') return { kind: 'reject', status: 404 };
  const { origin, host } = request.headers;
  // A browser sends the cookie for foreign pages too. The origin says whose page it is.
  if (!isOurName(request) || origin !== `http://${host}`) return { kind: 'reject', status: 403 };
  const userId = visitors.find(request);
  if (userId === null) return { kind: 'refuse', cause: 'unauthorized' };
  const ticket = searchParams.get('resume');
  const epoch = searchParams.get('epoch');
  const offset = /^\d{1,15}$/.exec(searchParams.get('offset') ?? '')?.[0];
  const resume = {
    ...(ticket !== null && { ticket }),
    ...(epoch !== null && offset !== undefined && { epoch, offset: Number(offset) }),
  };
  return { kind: 'open', request: { userId, resume } };
}

/**
 * @param {IncomingMessage} request
 * @returns {URL} `/nowhere` for what is no address, such as `*:99999`
 */
function addressOf({ url = '/' }) {
  const text = `http://localhost${url}`;
  return new URL(URL.canParse(text) ? text : 'http://localhost/nowhere');
}

/**
 * Whether the request was made to a name of this machine. Another name that leads here belongs to
 * somebody who wants a browser to take his page for this one (DNS rebinding).
 *
 * @param {IncomingMessage} request
 */
function isOurName({ headers }) {
  return /^(?:localhost|127\.0\.0\.1)(?::\d+)?$/.test(headers.host ?? '');
}

/** Pages are told to come back at once. The agent's work stays in its file; the next process goes on with it. */
async function stop() {
  desk.close();
  await layer.drain({ withinMs: 500 });
  server.close();
  server.closeAllConnections();
}

const server = createServer(serve);
acceptUpgrades(server, { layer, decide });
process.once('SIGINT', () => void stop());
process.once('SIGTERM', () => void stop());
desk.resume();
server.listen(Number(values.port), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : values.port;
  console.log(`Agent chat: http://127.0.0.1:${port}`);
});
