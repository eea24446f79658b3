import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { closeCauses } from '../../src/protocol/close-causes.ts';

const document = readFileSync(new URL('../../../../PROTOCOL.md', import.meta.url), 'utf8');

it('PROTOCOL.md lists every way to end, as the code has it', () => {
  const rows = Object.entries(closeCauses).map(
    ([cause, { code, word, by, client }]) =>
      `| ${code} | ${word ?? '–'} | ${cause} | ${by} | ${client} |`,
  );
  const table = ['| code | r | cause | ended by | client |', '|---|---|---|---|---|', ...rows].join(
    '\n',
  );
  const printed = /<!-- close-causes:start -->\n([^]*?)\n<!-- close-causes:end -->/.exec(
    document,
  )?.[1];
  expect(printed).toBe(table);
});
