import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { SealedEvidence } from '../../packages/gateway/src/proof/evidence/evidence.ts';
import { checkSeal } from '../../packages/gateway/src/proof/evidence/seal.ts';
import { figures } from '../src/measures/figures.ts';
import { systemNames } from '../src/systems/system.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('npm run compare -- --quick', () => {
  it('prints every figure of every system, and leaves sealed evidence with a raw value for each', () => {
    const out = mkdtempSync(path.join(tmpdir(), 'compare-'));
    try {
      const { status, stdout, stderr } = spawnSync(
        process.execPath,
        ['scripts/compare.mjs', '--quick', '--out', out],
        { cwd: root, encoding: 'utf8' },
      );
      expect(stderr).toContain('scenarios');
      expect(status).toBe(0);
      const lines = stdout.split('\n').filter((line) => line.startsWith('| '));
      expect(lines.length).toBeGreaterThan(20);
      expect(lines.filter((line) => line.includes('–'))).toEqual([]);
      for (const name of systemNames) {
        const text = readFileSync(path.join(out, name, 'evidence.json'), 'utf8');
        const evidence = JSON.parse(text) as SealedEvidence;
        expect(checkSeal({ ...evidence }).isWhole).toBe(true);
        const kept = new Set(evidence.samples.map((one) => one.name));
        const { lockOut, ...others } = figures;
        for (const figure of [...lockOut, ...Object.values(others)]) {
          expect(kept).toContain(figure.name);
        }
      }
    } finally {
      rmSync(out, { recursive: true });
    }
  });
});
