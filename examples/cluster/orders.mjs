/** @typedef {import('./house.mjs').House} House */

/** What can be typed while the cluster runs. */
export const ordersHelp = [
  'restart N   node N drains, ends and comes back: a rolling deploy, one node at a time',
  'kill N      kill -9; `restart N` brings it back',
  'freeze N    SIGSTOP; after five seconds its lease is over',
  'thaw N      SIGCONT; it takes a new lease and puts its sessions back',
];

/**
 * @param {string} line
 * @param {House} house
 * @returns {Promise<string>} a word about it
 */
export async function obey(line, house) {
  const [verb = '', which = ''] = line.trim().split(/\s+/);
  const node = /^[1-9]$/.test(which) ? house.node(Number(which)) : null;
  if (node === null) return `Expected one of these:\n  ${ordersHelp.join('\n  ')}`;
  if (verb === 'restart') {
    await house.restart(Number(which));
    return `Node ${which} is back.`;
  }
  const signal = signals.get(verb);
  if (signal === undefined) return `Expected one of these:\n  ${ordersHelp.join('\n  ')}`;
  node.signal(signal);
  return `Node ${which} was sent ${signal}.`;
}

/** @type {ReadonlyMap<string, NodeJS.Signals>} */
const signals = new Map([
  ['kill', 'SIGKILL'],
  ['freeze', 'SIGSTOP'],
  ['thaw', 'SIGCONT'],
]);
