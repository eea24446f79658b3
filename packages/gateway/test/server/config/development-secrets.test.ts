import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ensureDevelopmentSecrets,
  readDevelopmentSecrets,
} from '../../../src/server/config/development-secrets.ts';

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(path.join(tmpdir(), 'secrets-'));
  folder = path.join(parent, '.holdfast');
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

function modeOf(file: string): number {
  return statSync(file).mode & 0o777;
}

describe('made-up secrets', () => {
  it('are long, different, and kept so that only their owner can read them', () => {
    const { authSecret, adminToken } = ensureDevelopmentSecrets(folder);
    expect(Buffer.byteLength(authSecret)).toBeGreaterThanOrEqual(32);
    expect(adminToken.length).toBeGreaterThanOrEqual(16);
    expect(adminToken).not.toBe(authSecret);
    expect(modeOf(folder)).toBe(0o700);
    expect(readdirSync(folder).toSorted()).toEqual(['admin-token', 'auth-secret']);
    for (const name of readdirSync(folder)) expect(modeOf(path.join(folder, name))).toBe(0o600);
  });

  it('are the same at the next start, and for the commands', () => {
    const first = ensureDevelopmentSecrets(folder);
    expect(ensureDevelopmentSecrets(folder)).toEqual(first);
    expect(readDevelopmentSecrets(folder)).toEqual(first);
  });

  it('are not there before a gateway made them up', () => {
    expect(readDevelopmentSecrets(folder)).toBeUndefined();
  });

  it('get their mode back when somebody opened them up', () => {
    ensureDevelopmentSecrets(folder);
    chmodSync(folder, 0o755);
    chmodSync(path.join(folder, 'auth-secret'), 0o644);
    ensureDevelopmentSecrets(folder);
    expect(modeOf(folder)).toBe(0o700);
    expect(modeOf(path.join(folder, 'auth-secret'))).toBe(0o600);
  });

  it('G11 a file that holds something else is an error that does not repeat it', () => {
    ensureDevelopmentSecrets(folder);
    writeFileSync(path.join(folder, 'auth-secret'), 'canary');
    const expected =
      /^Expected `[^`]*auth-secret` to hold a made-up secret\. Delete it to get a new one\.$/;
    expect(() => ensureDevelopmentSecrets(folder)).toThrow(expected);
    expect(() => readDevelopmentSecrets(folder)).toThrow(expected);
  });
});
