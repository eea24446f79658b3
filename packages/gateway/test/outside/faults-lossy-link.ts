import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('faults-lossy-link.mjs', import.meta.url));

/** What the client of a session behind the link has told last: see `faults-lossy-link.mjs`. */
export interface LossySession {
  readonly session: string;
  readonly port: number;
  readonly events: number;
  readonly strays: readonly string[];
  readonly closed: number | null;
}

/** Which packets are lost. */
export type Direction = 'to the server' | 'to the client' | 'in both directions';

/**
 * A link that loses packets half-way, as a bad radio link does: neither end is told. (Dropped by its own packet filter, a
 * packet is not lost but was never sent, and the kernel takes another way.)
 *
 * ```
 *  this machine ── outer │ near ── a namespace that loses ── far │ inner ── a namespace with the clients
 * ```
 */
export class LossyLink {
  /** What clients behind it reach this machine by. */
  readonly address: string;
  readonly #number: number;
  readonly #direction: Direction;
  readonly #clients: ChildProcess[] = [];
  readonly #sessions = new Map<string, LossySession>();

  /** @param number of the link, 0 to 9: two at once need two */
  constructor(number: number, direction: Direction) {
    this.#number = number;
    this.#direction = direction;
    this.address = `10.231.${77 + number}.1`;
  }

  /**
   * Sets it up.
   *
   * @param loss share of the packets lost in each direction that loses, 0 to 1
   * @throws where a tool is missing, or we may not make a network namespace; `close` then takes away what there is
   */
  setUp(loss: number): void {
    for (const tool of ['ip', 'iptables', 'ss', 'sysctl']) {
      if (spawnSync(tool, ['-V']).status !== 0)
        throw new Error(`Missing ${tool}: apt-get install iproute2 iptables procps`);
    }
    const { lossy, clients, outer, near, far, inner } = namesOf(this.#number);
    const net = `10.231.${77 + this.#number}`;
    for (const namespace of [lossy, clients]) ip(`netns add ${namespace}`);
    ip(`link add ${outer} type veth peer name ${near} netns ${lossy}`);
    ip(`-n ${lossy} link add ${far} type veth peer name ${inner} netns ${clients}`);
    ip(`address add ${net}.1/30 dev ${outer}`);
    ip(`-n ${lossy} address add ${net}.2/30 dev ${near}`);
    ip(`-n ${lossy} address add ${net}.5/30 dev ${far}`);
    ip(`-n ${clients} address add ${net}.6/30 dev ${inner}`);
    ip(`link set ${outer} up`);
    for (const device of [near, far]) ip(`-n ${lossy} link set ${device} up`);
    ip(`-n ${clients} link set ${inner} up`);
    ip(`route add ${net}.4/30 via ${net}.2`);
    ip(`-n ${clients} route add default via ${net}.5`);
    ip(`netns exec ${lossy} sysctl -qw net.ipv4.ip_forward=1`);
    if (this.#direction !== 'to the server') this.#lose(near, loss);
    if (this.#direction !== 'to the client') this.#lose(far, loss);
  }

  /** What is known of the sessions opened behind it, by id. */
  get sessions(): ReadonlyMap<string, LossySession> {
    return this.#sessions;
  }

  /** Has clients connect from behind it. */
  open(url: string, count: number): void {
    const { clients } = namesOf(this.#number);
    const words = ['netns', 'exec', clients, process.execPath, script, url, String(count)];
    const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#clients.push(child);
    let rest = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const told = JSON.parse(line) as LossySession;
        this.#sessions.set(told.session, told);
      }
    });
  }

  /** What share was lost so far of the packets in the directions that lose. */
  get share(): number {
    const listed = filter(this.#number, '-L FORWARD -v -x -n');
    const counted = (what: string): number =>
      [...listed.matchAll(new RegExp(`^ *(\\d+) +\\d+ +${what}`, 'gm'))].reduce(
        (sum, [, packets]) => sum + Number(packets),
        0,
      );
    const lost = counted('DROP');
    return lost / (lost + counted('ACCEPT'));
  }

  /** Takes link and clients away, also where only a part was set up. */
  close(): void {
    for (const client of this.#clients) client.kill('SIGKILL');
    const { lossy, clients } = namesOf(this.#number);
    // With a namespace go its devices, and with each of them its other end.
    for (const namespace of [lossy, clients]) spawnSync('ip', ['netns', 'delete', namespace]);
  }

  /** Loses packets that come in by this device, and counts them and those that pass. */
  #lose(device: string, loss: number): void {
    const chosen = `-m statistic --mode random --probability ${loss}`;
    filter(this.#number, `-A FORWARD -i ${device} ${chosen} -j DROP`);
    filter(this.#number, `-A FORWARD -i ${device} -j ACCEPT`);
  }
}

function namesOf(
  number: number,
): Record<'lossy' | 'clients' | 'outer' | 'near' | 'far' | 'inner', string> {
  const name = `hf${process.pid}${number}`;
  return {
    lossy: `${name}l`,
    clients: `${name}c`,
    outer: `${name}o`,
    near: `${name}n`,
    far: `${name}f`,
    inner: `${name}i`,
  };
}

function ip(words: string): string {
  return execFileSync('ip', words.split(' '), { encoding: 'utf8' });
}

function filter(number: number, words: string): string {
  return ip(`netns exec ${namesOf(number).lossy} iptables ${words}`);
}
