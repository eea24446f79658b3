import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildProgram } from '../../src/cli/program.ts';
import { fakeTerminal } from '../cli/fake-terminal.ts';

/** The root of the repository. */
export const root: string = fileURLToPath(new URL('../../../..', import.meta.url));

function flagsByCommand(): ReadonlyMap<string, readonly string[]> {
  const { commands } = buildProgram(fakeTerminal());
  return new Map(
    commands.map((command) => [command.name(), command.options.flatMap(({ long }) => long ?? [])]),
  );
}

/**
 * What is wrong with the commands that a text tells people or machines to run: scripts of npm, files that are run, and
 * `npx holdfast` with its commands and flags. A line that ends with a backslash goes on in the next one.
 */
export function findBrokenCommands(text: string): readonly string[] {
  const whole = text.replaceAll(/\\\n\s*/g, '');
  return [...brokenScripts(whole), ...brokenFiles(whole), ...brokenHoldfast(whole)];
}

function brokenScripts(text: string): string[] {
  const manifest = readFileSync(path.join(root, 'package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  return [...text.matchAll(/npm run (?:--\S+ )*([\w:-]+)/g)]
    .map(([, name = '']) => name)
    .filter((name) => scripts[name] === undefined)
    .map((name) => `npm run ${name}: there is no such script`);
}

function brokenFiles(text: string): string[] {
  return [...text.matchAll(/\b(?:bash|node|sh) ([\w./-]*[/.][\w./-]*)/g)]
    .map(([, file = '']) => file)
    .filter((file) => !existsSync(path.join(root, file)))
    .map((file) => `${file}: there is no such file`);
}

function brokenHoldfast(text: string): string[] {
  const known = flagsByCommand();
  return [...text.matchAll(/npx holdfast ([a-z-]+)([^\n`|;]*)/g)].flatMap(
    ([line, name = '', rest = '']) => {
      const flags = known.get(name);
      if (flags === undefined) return [`${line}: there is no such command`];
      return [...rest.matchAll(/(?<=\s)--[a-z-]+/g)]
        .map(([flag]) => flag)
        .filter((flag) => !flags.includes(flag))
        .map((flag) => `${line}: there is no ${flag}`);
    },
  );
}
