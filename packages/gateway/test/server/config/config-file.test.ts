import { describe, expect, it } from 'vitest';
import { ADMIN, GIVEN, problemsOf, resolve, SECRET } from './sources.ts';

describe('the settings file', () => {
  const flags = { ...GIVEN, config: 'f.yaml' };

  it.each([
    ['a: [1', /got BAD_\w+|got [A-Z_]+ in `f.yaml`, line \d+, column \d+\.$/],
    ['port: 1\nport: 2', /got DUPLICATE_KEY in `f.yaml`, line 2, column 1\.$/],
    ['- a\n- b', /whose top level is not a list of keys with values\.$/],
    ['just text', /whose top level is not a list of keys with values\.$/],
    ['a: *nobody', /alias|line \d+/i],
  ])('%j is refused and not repeated', (file, expected) => {
    const problems = problemsOf({ flags, file });
    expect(problems.join('\n')).toMatch(expected);
  });

  it('an empty file says nothing', () => {
    expect(resolve({ flags, file: '' }).config.port).toBe(8080);
    expect(resolve({ flags, file: '# nothing\n' }).config.port).toBe(8080);
  });

  it('a file that cannot be read is the only problem: what it holds is not called missing', () => {
    expect(problemsOf({ flags: { config: 'f.yaml' } })).toEqual([
      'Expected `--config` to be a readable YAML or JSON file with settings, got `f.yaml`, which cannot be read (ENOENT).',
    ]);
  });

  it('G11 a broken file with a secret in it is not quoted', () => {
    const file = `authSecret: "${SECRET}\nadminToken: [${ADMIN}\n`;
    expect(problemsOf({ flags: { config: 'f.yaml' }, file }).join('\n')).not.toContain('canary');
  });

  it('G13 a key __proto__ or constructor is an unknown key and nothing else', () => {
    const problems = problemsOf({
      flags,
      file: '{"__proto__": {"polluted": 1}, "constructor": 1}',
    });
    expect(problems).toHaveLength(2);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('G13 aliases that multiply are refused', () => {
    const lines = ['a0: &a0 [1,1,1,1,1,1,1,1,1,1]'];
    for (let i = 1; i < 12; i += 1) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(',')}]`);
    }
    expect(problemsOf({ flags, file: lines.join('\n') })).toHaveLength(1);
  });
});
