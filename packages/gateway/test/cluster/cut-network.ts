import { execFileSync, spawnSync } from 'node:child_process';

/**
 * A place of its own in the network, joined to this machine by a link on which packets to one port can be dropped: as behind
 * a broken switch, neither end is told.
 *
 * ```
 *  this machine  10.232.N.1 ── outer │ inner ── 10.232.N.2  a namespace with one process
 * ```
 */
export class CutNetwork {
  /** What a process inside reaches this machine by. */
  readonly outside: string;
  /** What this machine reaches a process inside by. */
  readonly inside: string;
  /** Runs a command inside. */
  readonly within: readonly string[];
  readonly #namespace: string;
  readonly #number: number;

  /** @param number 0 to 99: two at once need two */
  constructor(number: number) {
    this.#number = number;
    this.#namespace = `hfc${process.pid}-${number}`;
    this.outside = `10.232.${number}.1`;
    this.inside = `10.232.${number}.2`;
    this.within = ['ip', 'netns', 'exec', this.#namespace];
  }

  /** Sets it up. @throws where a tool is missing, or we may not; `close` then takes away what there is */
  open(): void {
    for (const tool of ['ip', 'iptables']) {
      if (spawnSync(tool, ['-V']).status !== 0)
        throw new Error(`Missing ${tool}: apt-get install iproute2 iptables`);
    }
    const namespace = this.#namespace;
    const [outer, inner] = [`hfo${process.pid % 100_000}-${this.#number}`, 'inner'];
    run(`ip netns add ${namespace}`);
    run(`ip link add ${outer} type veth peer name ${inner} netns ${namespace}`);
    run(`ip address add ${this.outside}/30 dev ${outer}`);
    run(`ip link set ${outer} up`);
    run(`ip -n ${namespace} address add ${this.inside}/30 dev ${inner}`);
    for (const device of [inner, 'lo']) run(`ip -n ${namespace} link set ${device} up`);
  }

  /** From now on nothing passes between a process inside and this port, in either direction. */
  cut(port: number): void {
    this.#filter(`-A OUTPUT -p tcp --dport ${port} -j DROP`);
    this.#filter(`-A INPUT -p tcp --sport ${port} -j DROP`);
  }

  /** Everything passes again. */
  mend(): void {
    this.#filter('-F');
  }

  close(): void {
    // With the namespace go its devices, and with each of them its other end.
    spawnSync('ip', ['netns', 'delete', this.#namespace]);
  }

  #filter(words: string): void {
    run(`${this.within.join(' ')} iptables ${words}`);
  }
}

function run(line: string): void {
  const [program = '', ...words] = line.split(' ');
  execFileSync(program, words, { stdio: ['ignore', 'ignore', 'pipe'] });
}
