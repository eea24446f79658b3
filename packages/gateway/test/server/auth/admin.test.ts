import { describe, expect, it } from 'vitest';
import { createAdminCheck } from '../../../src/server/auth/admin.ts';

const TOKEN = 'canary-admin-0123456789';
const check = createAdminCheck(TOKEN);

describe('the admin token', () => {
  it.each([`Bearer ${TOKEN}`, `bearer ${TOKEN}`, `Bearer   ${TOKEN} `])('%j lets in', (header) => {
    expect(check(header)).toEqual({ ok: true });
  });

  it.each([
    [undefined, 'missing'],
    ['', 'missing'],
    [TOKEN, 'missing'],
    [`Basic ${TOKEN}`, 'missing'],
    [`Bearer${TOKEN}`, 'missing'],
    ['Bearer', 'missing'],
    ['Bearer x', 'wrong'],
    [`Bearer ${TOKEN}x`, 'wrong'],
    [`Bearer ${TOKEN.slice(1)}`, 'wrong'],
    [`Bearer ${TOKEN.toUpperCase()}`, 'wrong'],
    [`Bearer ${TOKEN} ${TOKEN}`, 'wrong'],
    [`Bearer ${'x'.repeat(1_000_000)}`, 'wrong'],
  ])('%# does not', (header, reason) => {
    expect(check(header)).toEqual({ ok: false, reason });
  });
});
