import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evidenceSchema } from '../../../src/proof/evidence/evidence-schema.ts';
import { policyRows, seedPolicy } from '../../../src/proof/gate/policy.ts';
import { formatPolicyValue } from '../../../src/proof/gate/read-policy.ts';

const root = new URL('../../../../../', import.meta.url);

describe('the documents of the gate', () => {
  it('list every key of a policy with its default', () => {
    const rows = policyRows.map((row) => {
      const value = seedPolicy[row.field];
      const text = Array.isArray(value)
        ? value.map((one) => `\`${one}\``).join('<br>')
        : `\`${formatPolicyValue(row, seedPolicy)}\``;
      return `| \`${row.key}\` | ${text === '' ? '–' : text} | ${row.meaning} |`;
    });
    const document = readFileSync(new URL('docs/evidence.md', root), 'utf8');
    const table = document.slice(document.indexOf('### Policy'));
    expect(table.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
  });

  it('FM-91 say in the changelog which numbers a gate asks for, so that none changes without a word', () => {
    const numbers = policyRows
      .filter(({ kind }) => kind !== 'names')
      .map((row) => `${row.key} ${formatPolicyValue(row, seedPolicy)}`);
    const changelog = readFileSync(new URL('CHANGELOG.md', root), 'utf8');
    expect(changelog).toContain(`The policy of \`holdfast gate\`: ${numbers.join(', ')}.`);
  });

  it('hold a schema of evidence.json that is the one it is read by', async () => {
    const schema = `${JSON.stringify(z.toJSONSchema(evidenceSchema), null, 2)}\n`;
    await expect(schema).toMatchFileSnapshot('../../../../../docs/evidence.schema.json');
  });
});
