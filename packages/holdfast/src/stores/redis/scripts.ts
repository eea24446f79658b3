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

/** Reads the scripts, which lie beside this file. */
export function loadScripts(): Scripts {
  return {
    admit: load('user', 'admit'),
    release: load('user', 'release'),
    reserve: load('user', 'reserve'),
    confirm: load('confirm'),
    assertRows: load('user', 'assert-rows'),
    append: load('user', 'append'),
    delivered: load('delivered'),
    read: load('read'),
    restart: load('user', 'restart'),
    state: load('user', 'state'),
    setLimit: load('set-limit'),
    claimMessage: load('claim-message'),
    settleMessage: load('settle-message'),
    sweep: load('sweep'),
    join: load('nodes', 'join'),
    takeGeneration: load('nodes', 'take-generation'),
    renew: load('nodes', 'renew'),
    leave: load('nodes', 'leave'),
    forget: load('nodes', 'forget'),
    revoke: load('revoke'),
    revocations: load('revocations'),
  };
}

function load(...names: readonly string[]): Script {
  const text = names
    .map((name) => readFileSync(new URL(`./lua/${name}.lua`, import.meta.url), 'utf8'))
    .join('');
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
