import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** Writes of a process that fail on purpose, until this is ended. */
export interface BrokenWrites {
  /** Ends it and returns the descriptors of which a write has failed, each as often as it has. */
  end(): Promise<number[]>;
}

/**
 * Has every seventh write of each thread to the sockets that are open now fail with EPIPE. Only to those: the event loop
 * wakes itself by writing to a descriptor of its own, and ends the process when that fails.
 *
 * @throws when strace is not installed, or may not look into the process
 */
export async function breakEverySeventhWrite(child: ChildProcess): Promise<BrokenWrites> {
  if (spawnSync('strace', ['-V']).status !== 0)
    throw new Error('Missing strace: apt-get install strace');
  const report = path.join(mkdtempSync(path.join(tmpdir(), 'broken-writes-')), 'report');
  const only = socketsOf(child).flatMap((socket) => ['-P', socket]);
  const inject = 'inject=write,writev:error=EPIPE:when=7+7';
  const tracer = spawn(
    'strace',
    [
      '-f',
      '-y',
      '-o',
      report,
      '-e',
      'trace=write,writev',
      '-e',
      inject,
      ...only,
      '-p',
      String(child.pid),
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  await attached(tracer);
  return {
    end: async () => {
      const exited = new Promise<void>((resolve) => void tracer.once('exit', () => resolve()));
      tracer.kill('SIGINT');
      await exited;
      const lines = readFileSync(report, 'utf8').split('\n');
      return lines.flatMap((line) => {
        const descriptor = /writev?\((\d+)<.*EPIPE.*INJECTED/.exec(line)?.[1];
        return descriptor === undefined ? [] : [Number(descriptor)];
      });
    },
  };
}

/** As the kernel names them: `socket:[1234]`. */
function socketsOf(child: ChildProcess): string[] {
  const folder = path.join('/proc', String(child.pid), 'fd');
  return readdirSync(folder)
    .map((descriptor) => readlinkSync(path.join(folder, descriptor)))
    .filter((name) => name.startsWith('socket:'));
}

function attached(tracer: ChildProcess): Promise<void> {
  let text = '';
  return new Promise((resolve, reject) => {
    tracer.stderr?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('attached')) resolve();
    });
    tracer.once('exit', () => reject(new Error(`Expected strace to attach, got: ${text}`)));
  });
}
