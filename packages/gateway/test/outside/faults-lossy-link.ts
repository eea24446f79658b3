import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('peers.mjs', import.meta.url));
const name = `hf${process.pid}`;
const outer = { device: `${name}a`, address: '10.231.77.1' };
const inner = { device: `${name}b`, address: '10.231.77.2' };

/** A client in a process of its own, and what it has told so far: see `peers.mjs`. */
export interface LossyClient {
  readonly words: readonly Readonly<Record<string, unknown>>[];
}

/** A link that loses packets, to a network namespace of its own. */
export class LossyLink {
  /** What clients behind it reach this machine by. */
  readonly address: string = outer.address;
  readonly #clients: ChildProcess[] = [];

  /**
   * Sets up the link.
   *
   * @param loss share of the packets lost in each direction, 0 to 1
   * @throws where a tool is missing, or we may not make a network namespace
   */
  constructor(loss: number) {
    for (const tool of ['ip', 'iptables']) {
      if (spawnSync(tool, ['-V']).status !== 0)
        throw new Error(`Missing ${tool}: apt-get install iproute2 iptables`);
    }
    run('ip', 'netns', 'add', name);
    run(
      'ip',
      'link',
      'add',
      outer.device,
      'type',
      'veth',
      'peer',
      'name',
      inner.device,
      'netns',
      name,
    );
    run('ip', 'address', 'add', `${outer.address}/30`, 'dev', outer.device);
    run('ip', 'link', 'set', outer.device, 'up');
    inside('ip', 'address', 'add', `${inner.address}/30`, 'dev', inner.device);
    inside('ip', 'link', 'set', inner.device, 'up');
    const statistic = ['-m', 'statistic', '--mode', 'random', '--probability', String(loss)];
    for (const chain of ['INPUT', 'OUTPUT'])
      inside('iptables', '-A', chain, ...statistic, '-j', 'DROP');
  }

  /** Has a new client connect from behind it. */
  connect(url: string): LossyClient {
    const client = spawn('ip', ['netns', 'exec', name, process.execPath, script], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#clients.push(client);
    const words: Record<string, unknown>[] = [];
    let rest = '';
    client.stdout.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString()).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) words.push(JSON.parse(line) as Record<string, unknown>);
    });
    client.stdin.write(`${JSON.stringify({ open: [url] })}\n`);
    return { words };
  }

  /** How many packets were lost so far, both directions together. */
  get packetsLost(): number {
    const listed = inside('iptables', '-L', '-v', '-x', '-n');
    return [...listed.matchAll(/^ *(\d+) +\d+ +DROP/gm)].reduce((sum, [, n]) => sum + Number(n), 0);
  }

  /** Takes link and clients away. */
  close(): void {
    for (const client of this.#clients) client.kill('SIGKILL');
    takeAwayLink();
  }
}

/** Takes the link of this process away, also where only a part of it was set up. */
export function takeAwayLink(): void {
  spawnSync('ip', ['link', 'delete', outer.device]);
  spawnSync('ip', ['netns', 'delete', name]);
}

function run(command: string, ...words: string[]): string {
  return execFileSync(command, words, { encoding: 'utf8' });
}

function inside(command: string, ...words: string[]): string {
  return run('ip', 'netns', 'exec', name, command, ...words);
}
