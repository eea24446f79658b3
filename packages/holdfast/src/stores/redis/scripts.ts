import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** A script as Redis knows it. */
export interface Script {
  readonly text: string;
  /** SHA-1 of its text, by which it is called. */
  readonly sha: string;
}

/** Every act, one script each. */
export interface Scripts {
  readonly admit: Script;
  readonly release: Script;
  readonly reserve: Script;
  readonly confirm: Script;
  readonly assertRows: Script;
  readonly append: Script;
  readonly delivered: Script;
  readonly read: Script;
  readonly restart: Script;
  readonly state: Script;
  readonly setLimit: Script;
  readonly claimMessage: Script;
  readonly settleMessage: Script;
  readonly sweep: Script;
  readonly join: Script;
  readonly takeGeneration: Script;
  readonly renew: Script;
  readonly leave: Script;
  readonly forget: Script;
  readonly revoke: Script;
  readonly revocations: Script;
}

/**
 * What Redis is told of a script before it runs, so that it runs as a whole or not at all. Source: Redis 7, "Script flags",
 * https://redis.io/docs/latest/develop/interact/programmability/lua-api/#script_flags
 */
const adds = '#!lua';
/** Gives back, or adds so little that it is right to do it also when there is no memory left. */
const mayAlways = '#!lua flags=allow-oom';
const reads = '#!lua flags=no-writes';

/** Reads the scripts, which lie beside this file. */
export function loadScripts(): Scripts {
  return {
    admit: load(
      adds,
      'user',
      'changes',
      'counted',
      'admit-free',
      'fields',
      'broadcasts',
      'news',
      'details',
      'kin',
      'admit',
    ),
    release: load(mayAlways, 'user', 'changes', 'fields', 'news', 'details', 'release'),
    reserve: load(mayAlways, 'user', 'changes', 'details', 'reserve'),
    confirm: load(mayAlways, 'confirm'),
    assertRows: load(adds, 'user', 'changes', 'counted', 'news', 'details', 'kin', 'assert-rows'),
    append: load(adds, 'user', 'changes', 'counted', 'fields', 'broadcasts', 'news', 'append'),
    delivered: load(mayAlways, 'delivered'),
    read: load(reads, 'read'),
    restart: load(mayAlways, 'user', 'changes', 'news', 'restart'),
    state: load(reads, 'user', 'counted', 'state'),
    setLimit: load(mayAlways, 'set-limit'),
    claimMessage: load(adds, 'claim-message'),
    settleMessage: load(mayAlways, 'settle-message'),
    sweep: load(mayAlways, 'sweep'),
    join: load(mayAlways, 'nodes', 'join'),
    takeGeneration: load(mayAlways, 'nodes', 'take-generation'),
    renew: load(mayAlways, 'nodes', 'renew'),
    leave: load(mayAlways, 'nodes', 'leave'),
    forget: load(mayAlways, 'nodes', 'forget'),
    revoke: load(mayAlways, 'revoke'),
    revocations: load(mayAlways, 'revocations'),
  };
}

function load(flags: string, ...names: readonly string[]): Script {
  const parts = names.map((name) =>
    readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8'),
  );
  const text = [`${flags}\n`, ...parts].join('');
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
