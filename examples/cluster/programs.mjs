import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * @typedef {import('./running.mjs').Program} Program
 * @typedef {{ authSecret: string, adminToken: string }} Secrets
 */

const holdfast = fileURLToPath(new URL('../../packages/gateway/bin/holdfast.js', import.meta.url));
const haproxyConfig = fileURLToPath(new URL('../../deploy/haproxy.cfg', import.meta.url));

/** Debian keeps haproxy where only root looks. */
const searchPath = [process.env['PATH'], '/usr/sbin', '/usr/local/sbin'].join(path.delimiter);

/** A node's sessions are told to come back within this time. */
const drainTimeout = '3s';

/**
 * @returns {string | null} what is missing and how to get it; null where nothing is
 */
export function findMissing() {
  const missing = ['redis-server', 'haproxy'].filter((name) => {
    const flag = name === 'haproxy' ? '-v' : '--version';
    const { status } = spawnSync(name, [flag], { env: { ...process.env, PATH: searchPath } });
    return status !== 0;
  });
  if (missing.length === 0) return null;
  const packages = missing.map((name) => (name === 'redis-server' ? 'redis' : name)).join(' ');
  return `Expected ${missing.join(' and ')} to be installed. Debian, Ubuntu: apt-get install ${missing.join(' ')}; macOS: brew install ${packages}`;
}

/**
 * @param {number} port
 * @returns {Program}
 */
export function redis(port) {
  return {
    name: 'redis-server',
    command: 'redis-server',
    // Nothing on disk: when it ends, what it held is gone, and clients are told so.
    flags: ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
    variables: { PATH: searchPath },
    isReady: () => saysPong(port),
  };
}

/**
 * @param {{ name: string, port: number, redisPort: number, secrets: Secrets }} node
 * @returns {Program}
 */
export function gateway({ name, port, redisPort, secrets }) {
  const flags = [
    ...['--env', 'development', '--port', String(port)],
    ...['--redis-url', `redis://127.0.0.1:${redisPort}`, '--node-url', `http://127.0.0.1:${port}`],
    ...['--trusted-proxies', '127.0.0.1', '--drain-timeout', drainTimeout],
    ...['--log-format', 'json', '--log-level', 'warn'],
  ];
  return {
    name,
    command: process.execPath,
    flags: [holdfast, 'serve', ...flags],
    variables: {
      HOLDFAST_AUTH_SECRET: secrets.authSecret,
      HOLDFAST_ADMIN_TOKEN: secrets.adminToken,
    },
    isReady: () => isReady(port),
  };
}

/**
 * @param {number} port where clients connect
 * @param {readonly number[]} nodePorts
 * @returns {Program}
 */
export function haproxy(port, nodePorts) {
  /** @type {Record<string, string>} */
  const variables = { PATH: searchPath, HOLDFAST_BIND: `127.0.0.1:${port}` };
  nodePorts.forEach((one, at) => (variables[`HOLDFAST_NODE_${at + 1}`] = `127.0.0.1:${one}`));
  return {
    name: 'haproxy',
    command: 'haproxy',
    flags: ['-db', '-f', haproxyConfig],
    variables,
    isReady: () => isReady(port),
  };
}

/**
 * @param {string} user
 * @param {Secrets} secrets
 * @returns {string} a token of this user for a day
 */
export function mintToken(user, { authSecret }) {
  const { stdout } = spawnSync(
    process.execPath,
    [holdfast, 'token', '--user', user, '--ttl', '24h'],
    {
      env: { ...process.env, HOLDFAST_AUTH_SECRET: authSecret },
      encoding: 'utf8',
    },
  );
  return stdout.trim();
}

/** @param {number} port */
async function isReady(port) {
  try {
    const { status } = await fetch(`http://127.0.0.1:${port}/readyz`, {
      signal: AbortSignal.timeout(1_000),
    });
    return status === 200;
  } catch (error) {
    // Nobody listens yet, or not in time.
    if (error instanceof TypeError || error instanceof DOMException) return false;
    throw error;
  }
}

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function saysPong(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('PING\r\n'));
    socket.setTimeout(1_000, () => socket.destroy());
    socket.once('data', (data) => {
      resolve(data.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.once('error', () => resolve(false));
    socket.once('close', () => resolve(false));
  });
}
