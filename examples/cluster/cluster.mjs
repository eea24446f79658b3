/**
 * Three gateways on one Redis, HAProxy before them.
 *
 * usage: node examples/cluster/cluster.mjs [--port N]
 */
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { House } from './house.mjs';
import { obey, ordersHelp } from './orders.mjs';
import { findMissing, mintToken } from './programs.mjs';
import { watchNodes } from './watch-nodes.mjs';

const { values } = parseArgs({ options: { port: { type: 'string', default: '0' } } });
const missing = findMissing();
if (missing === null) await run(new House(Number(values.port)));
else {
  console.error(missing);
  process.exitCode = 1;
}

/** @param {House} house */
async function run(house) {
  const stopped = waitForStop(house);
  // Whatever ends this process, nothing it has started outlives it.
  process.once('exit', () => house.kill());
  try {
    const isUp = await Promise.race([house.start().then(() => true), stopped.then(() => false)]);
    if (isUp) await serve(house, stopped);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
  await house.end();
  process.exit();
}

/**
 * @param {House} house
 * @param {Promise<void>} stopped
 */
async function serve(house, stopped) {
  tell(house);
  const endWatch = watchNodes(house, (line) => console.log(line));
  const orders = createInterface({ input: process.stdin });
  void hearAll(orders, house);
  await stopped;
  endWatch();
  orders.close();
  console.log('The nodes drain; Ctrl-C again ends everything at once.');
}

/**
 * One after the other.
 *
 * @param {AsyncIterable<string>} orders
 * @param {House} house
 */
async function hearAll(orders, house) {
  for await (const line of orders) {
    try {
      console.log(await obey(line, house));
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      console.error(error.message);
    }
  }
}

/** @param {House} house */
function tell({ url, nodeUrls, secrets }) {
  const anna = mintToken('anna', secrets);
  const socket = `${url.replace('http', 'ws')}/ws`;
  const authorization = `Authorization: Bearer ${secrets.adminToken}`;
  const lines = [
    `Cluster: ${url}`,
    ...nodeUrls.map((one, at) => `Node ${at + 1}:  ${one}`),
    '',
    'Connect as anna, as often as you like; five are let in, over all nodes together:',
    `  npx wscat -c '${socket}?token=${anna}'`,
    'Send her an event, from any node to all:',
    `  curl -H '${authorization}' ${nodeUrls[1] ?? url}/api/v1/users/anna/events -d '{"event":"hello","data":"world"}'`,
    'Ask any node who is here:',
    `  curl -H '${authorization}' ${nodeUrls[2] ?? url}/api/v1/users/anna/sessions`,
    '',
    'Type, and press Enter:',
    ...ordersHelp.map((one) => `  ${one}`),
    '',
    'Ctrl-C ends everything. Below: each node, its state, and whose sessions it holds.',
    '',
  ];
  console.log(lines.join('\n'));
}

/**
 * Resolves at the first SIGINT, SIGTERM or SIGHUP; at the second, everything ends at once.
 *
 * @param {House} house
 * @returns {Promise<void>}
 */
function waitForStop(house) {
  return new Promise((resolve) => {
    let count = 0;
    const hear = () => {
      count += 1;
      process.exitCode = 0;
      if (count === 1) resolve();
      else {
        house.kill();
        process.exit();
      }
    };
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']))
      process.on(signal, hear);
  });
}
