import { ConfigError } from '../../../src/server/config/config-error.ts';
import {
  type ConfigSources,
  type ResolvedConfig,
  resolveConfig,
} from '../../../src/server/config/resolve.ts';

/** Good secrets that are easy to find in a text where they must not stand. */
export const SECRET = 'canary-secret-0123456789-0123456789';
export const ADMIN = 'canary-admin-0123456789';

/** The flags without which no gateway starts in production. */
export const GIVEN: Readonly<Record<'authSecret' | 'adminToken', string>> = {
  authSecret: SECRET,
  adminToken: ADMIN,
};

/** What a test gives: any of the sources, and the text of the settings file, if there is one. */
export type Sources = Partial<ConfigSources> & { readonly file?: string };

/** Settles the options from these sources alone; making up a secret is an error unless a test allows it. */
export function resolve({ file, ...sources }: Sources): ResolvedConfig {
  return resolveConfig({
    flags: {},
    env: {},
    readFile: () => {
      if (file === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return file;
    },
    makeSecrets: () => {
      throw new Error('Expected no secret to be made up.');
    },
    ...sources,
  });
}

/** Every problem found in these sources; none when they can be used. */
export function problemsOf(sources: Sources): readonly string[] {
  try {
    resolve(sources);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}
