import { LineCounter, parseDocument } from 'yaml';
import { shown } from './config-error.ts';

/** The top level of a settings file, or why it cannot be used. */
export type ConfigFile =
  | { readonly ok: true; readonly entries: ReadonlyMap<string, unknown> }
  | { readonly ok: false; readonly problem: string };

/** Where a settings file comes from. */
export interface ConfigSource {
  /** The flag that named it, for complaints. */
  readonly flag: string;
  readonly path: string;
}

/**
 * Reads a settings file, YAML or JSON (which is YAML). Complaints name the line, never what stands
 * there: a settings file may hold secrets. Keys come as a map, so no key has a special meaning.
 */
export function readConfigFile(
  { flag, path }: ConfigSource,
  readFile: (path: string) => string,
): ConfigFile {
  let text: string;
  try {
    text = readFile(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'no reason given';
    return refuse(flag, `got ${shown(path)}, which cannot be read (${code})`);
  }
  return parseConfigFile({ flag, path }, text);
}

function parseConfigFile({ flag, path }: ConfigSource, text: string): ConfigFile {
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\uFEFF/, ''), {
    lineCounter: lines,
    prettyErrors: false,
  });
  const [error] = [...document.errors, ...document.warnings];
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    return refuse(flag, `got ${error.code} in ${shown(path)}, line ${line}, column ${col}`);
  }
  let content: unknown;
  try {
    content = document.toJS({ mapAsMap: true, maxAliasCount: 100 });
  } catch {
    // The message would repeat the alias, and with it a piece of the file.
    return refuse(flag, `got an alias in ${shown(path)} that leads nowhere or to too much`);
  }
  if (content === null || content === undefined) return { ok: true, entries: new Map() };
  if (!(content instanceof Map)) {
    return refuse(flag, `got ${shown(path)}, whose top level is not a list of keys with values`);
  }
  return { ok: true, entries: withTextKeys(content) };
}

function withTextKeys(content: ReadonlyMap<unknown, unknown>): ReadonlyMap<string, unknown> {
  return new Map([...content].map(([key, value]) => [String(key), value]));
}

function refuse(flag: string, got: string): ConfigFile {
  return {
    ok: false,
    problem: `Expected \`${flag}\` to be a readable YAML or JSON file with settings, ${got}.`,
  };
}
