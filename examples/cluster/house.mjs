import { randomBytes } from 'node:crypto';
import { findFreePorts } from './free-ports.mjs';
import { gateway, haproxy, redis } from './programs.mjs';
import { Running } from './running.mjs';

/** @typedef {import('./running.mjs').Program} Program */

const nodeCount = 3;
/** Longer than a gateway drains. */
const gatewayEndsWithinMs = 8_000;
const otherEndsWithinMs = 2_000;

/** Redis, three gateways and HAProxy on free ports of 127.0.0.1, with secrets made up for them. */
export class House {
  secrets = {
    authSecret: randomBytes(32).toString('base64url'),
    adminToken: randomBytes(24).toString('hex'),
  };
  #port;
  /** @type {number[]} */
  #nodePorts = [];
  /** @type {Program[]} */
  #gateways = [];
  /** @type {Running[]} */
  #nodes = [];
  /** What the nodes stand on; the last to end. @type {Running[]} */
  #others = [];
  #isEnding = false;

  /** @param {number} port where clients connect; 0 picks one */
  constructor(port) {
    this.#port = port;
  }

  /** Where clients connect. */
  get url() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Each gateway by itself. */
  get nodeUrls() {
    return this.#nodePorts.map((port) => `http://127.0.0.1:${port}`);
  }

  /**
   * Resolves once every gateway is ready, and HAProxy knows of one.
   *
   * @throws Error with the last words of whatever does not come up
   */
  async start() {
    const [redisPort = 0, own = 0, ...nodePorts] = await findFreePorts(2 + nodeCount);
    if (this.#port === 0) this.#port = own;
    this.#nodePorts = nodePorts;
    this.#gateways = nodePorts.map((port, at) =>
      gateway({ name: `node ${at + 1}`, port, redisPort, secrets: this.secrets }),
    );
    await this.#run(redis(redisPort)).ready();
    this.#nodes = this.#gateways.map((one) => new Running(one));
    await Promise.all(this.#nodes.map((one) => one.ready()));
    await this.#run(haproxy(this.#port, nodePorts)).ready();
  }

  /**
   * @param {number} at 1 for the first
   * @returns {Running | null}
   */
  node(at) {
    return this.#nodes[at - 1] ?? null;
  }

  /**
   * Lets a gateway go without loss, where it runs, and starts it anew.
   *
   * @param {number} at 1 for the first
   */
  async restart(at) {
    const program = this.#gateways[at - 1];
    if (program === undefined) return;
    await this.#nodes[at - 1]?.end(gatewayEndsWithinMs);
    if (this.#isEnding) return;
    const running = new Running(program);
    this.#nodes[at - 1] = running;
    await running.ready();
  }

  /** Resolves when nothing runs any more. The gateways go first: they tell their sessions and Redis. */
  async end() {
    this.#isEnding = true;
    await Promise.all(this.#nodes.map((one) => one.end(gatewayEndsWithinMs)));
    await Promise.all(this.#others.map((one) => one.end(otherEndsWithinMs)));
  }

  /** Ends everything at once. */
  kill() {
    this.#isEnding = true;
    for (const one of [...this.#nodes, ...this.#others]) one.signal('SIGKILL');
  }

  /** @param {Program} program */
  #run(program) {
    const running = new Running(program);
    this.#others.push(running);
    return running;
  }
}
