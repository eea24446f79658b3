import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runCommand } from '../../src/cli/run-command.ts';
import { makeColors, type Output, type Terminal } from '../../src/cli/terminal.ts';

/** A terminal that keeps what was written to it. */
export interface FakeTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

/** What a command line came to. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** An empty working folder of its own, no variables, and by default nobody who reads along. */
export function fakeTerminal({
  env = {},
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-cli-')),
  isTerminal = false,
}: Partial<Pick<Terminal, 'env' | 'folder'>> & { isTerminal?: boolean } = {}): FakeTerminal {
  const written = { out: '', err: '' };
  const output = (name: 'out' | 'err'): Output => ({
    write: (text) => {
      written[name] += text;
    },
    isTerminal,
    columns: 100,
    colors: makeColors(isTerminal),
  });
  return { out: output('out'), err: output('err'), env, folder, written };
}

/** Runs a command line in this process. */
export async function run(
  argv: readonly string[],
  given: Parameters<typeof fakeTerminal>[0] = {},
): Promise<Outcome> {
  const terminal = fakeTerminal(given);
  const status = await runCommand(argv, terminal);
  return { status, ...terminal.written };
}
