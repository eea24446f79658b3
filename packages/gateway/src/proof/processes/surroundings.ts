import { spawnSync } from 'node:child_process';

/** What a container does to a process. */
export interface Container {
  /** Share of one processor, 0 to 1. */
  readonly cpuShare: number;
  /** Most open file descriptors. */
  readonly openFiles: number;
  /** Told each of these that is in force, and each that this machine does not allow. */
  readonly tell: (what: string) => void;
}

/** Where a gateway is started. */
export interface Surroundings {
  /** Variables beside those every gateway of a run has. */
  readonly variables?: Readonly<Record<string, string>>;
  /** It is not told its environment by `--env`: it finds it out by itself. */
  readonly isEnvironmentUntold?: boolean;
  readonly container?: Container;
  /** A command that becomes the one behind it, such as `ip netns exec NAME`. */
  readonly within?: readonly string[];
}

/** A command line that starts a process in its surroundings. */
export interface Enclosure {
  readonly argv: readonly [string, ...string[]];
  /** The process is the child of the one the command line starts. */
  readonly isInner: boolean;
}

const namespaces = ['unshare', '--pid', '--fork', '--kill-child', '--mount'] as const;
/** An empty folder that nobody can write to is where it works; the rest of the arguments is the command. */
const inReadOnlyFolder = 'mount -t tmpfs -o ro,size=4k none /mnt && cd /mnt && exec "$@"';

/** Puts a command into a container as far as this machine lets us. */
export function enclose(
  argv: readonly [string, ...string[]],
  container: Container | undefined,
): Enclosure {
  if (container === undefined) return { argv, isInner: false };
  const { openFiles, tell } = container;
  const limited = addLimit(argv, openFiles, tell);
  const isAllowed = runs([...namespaces, 'sh', '-c', inReadOnlyFolder, 'sh', 'true']);
  tell('no terminal, no home folder');
  if (!isAllowed) {
    tell('not possible here: process 1 of a namespace of its own, a read-only working folder');
    return { argv: limited, isInner: false };
  }
  tell('process 1 of a namespace of its own, in a read-only working folder');
  return { argv: [...namespaces, 'sh', '-c', inReadOnlyFolder, 'sh', ...limited], isInner: true };
}

function addLimit(
  argv: readonly [string, ...string[]],
  openFiles: number,
  tell: (what: string) => void,
): readonly [string, ...string[]] {
  const limit = ['prlimit', `--nofile=${openFiles}:${openFiles}`] as const;
  if (!runs([...limit, 'true'])) {
    tell(`not possible here: at most ${openFiles} open descriptors`);
    return argv;
  }
  tell(`at most ${openFiles} open descriptors`);
  return [...limit, ...argv];
}

function runs([command = '', ...argv]: readonly string[]): boolean {
  return spawnSync(command, argv, { stdio: 'ignore' }).status === 0;
}
