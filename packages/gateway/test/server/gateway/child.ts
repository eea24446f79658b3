import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { ServeConfig } from '../../../src/server/config/serve-config.ts';
import { configOf } from './house.ts';

/** A gateway in a process of its own, from the build. */
export interface ChildGateway {
  readonly process: ChildProcess;
  readonly url: string;
  readonly wsUrl: string;
  readonly host: string;
  readonly port: number;
  /** Lines of its log so far. */
  readonly lines: string[];
  /** What it wrote to standard error: nothing, if all is well. */
  readonly complaints: () => string;
}

export interface ChildOptions {
  readonly settings?: Partial<ServeConfig>;
  readonly nodeArguments?: readonly string[];
}

const entry = new URL('../../../dist/server/gateway.js', import.meta.url).href;

const program = `
  const { startGateway } = await import(process.argv[1]);
  const gateway = await startGateway({ config: JSON.parse(process.argv[2]) });
  process.on('SIGTERM', () => gateway.stop().then(() => process.exit(0)));
  setInterval(() => {}, 1000);
`;

const running: ChildGateway[] = [];

/** Ends those that a test has left running. */
export async function endChildren(): Promise<void> {
  await Promise.all(running.splice(0).map((child) => endChild(child)));
}

/** Starts one and waits until it answers. */
export async function startChild(options: ChildOptions = {}): Promise<ChildGateway> {
  const { settings = {}, nodeArguments = [] } = options;
  const config = JSON.stringify(configOf(settings));
  const child = spawn(
    process.execPath,
    [...nodeArguments, '--input-type=module', '-e', program, entry, config],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let complaints = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const url = await new Promise<string>((resolve, reject) => {
    reader.on('line', (line) => {
      lines.push(line);
      const fields = JSON.parse(line) as { event: string; url?: string };
      if (fields.event === 'listening') resolve(fields.url ?? '');
    });
    child.once('exit', () => reject(new Error(complaints)));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`It did not listen in time. ${complaints}`));
    }, 20_000);
    reader.once('line', () => clearTimeout(timer));
  });
  const { hostname: host, port, host: authority } = new URL(url);
  const started: ChildGateway = {
    process: child,
    url,
    wsUrl: `ws://${authority}/ws`,
    host,
    port: Number(port),
    lines,
    complaints: () => complaints,
  };
  running.push(started);
  return started;
}

export async function endChild(
  { process: child }: ChildGateway,
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const exited = once(child, 'exit');
  child.kill(signal);
  const [code] = (await exited) as [number | null];
  return code;
}
