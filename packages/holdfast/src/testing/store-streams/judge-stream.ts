import assert from 'node:assert/strict';
import type { AdmitAnswer, AppendAnswer, RecordHead, Row } from '../../sessions/store/acts.ts';
import type { StreamAccount, StreamLine } from './account.ts';

interface PlainState {
  readonly rows: readonly Row[];
  readonly record: RecordHead | null;
}

/**
 * What is true after every act, whichever store did it: no lineage and no session has two rows, nobody is given a free slot
 * above the limit (I1), and offsets rise by one within an epoch.
 *
 * @throws AssertionError that names the step
 */
export function judgeStream({ lines }: StreamAccount): void {
  const heads = new Map<string, RecordHead>();
  for (const [place, line] of lines.entries()) {
    const where = `Step ${place}, ${line.step.act} with seed ${line.step.seed}`;
    const { rows, record } = line.state as unknown as PlainState;
    judgeRows(rows, where);
    if (line.step.act === 'admit') judgeAdmission(line, where);
    if (line.step.act === 'append') judgeAppend(line, heads.get(line.user), where);
    if (record === null) heads.delete(line.user);
    else heads.set(line.user, record);
  }
}

function judgeRows(rows: readonly Row[], where: string): void {
  assert.equal(new Set(rows.map(({ lineage }) => lineage)).size, rows.length, `${where}: lineages`);
  assert.equal(new Set(rows.map(({ session }) => session)).size, rows.length, `${where}: sessions`);
}

function judgeAdmission({ answer }: StreamLine, where: string): void {
  const [first] = answer as unknown as readonly AdmitAnswer[];
  if (first?.outcome === 'admitted' && first.replaced === null)
    assert.ok(first.count <= first.limit, `${where}: I1 ${first.count} of ${first.limit}`);
  if (first?.outcome === 'full')
    assert.ok(first.rows.length >= first.limit, `${where}: ${first.rows.length} of ${first.limit}`);
}

function judgeAppend({ answer }: StreamLine, before: RecordHead | undefined, where: string): void {
  const { outcome, offset, epoch } = answer as unknown as AppendAnswer;
  if (outcome !== 'appended') return;
  const last = before?.epoch === epoch ? before.last : 0;
  assert.equal(offset, last + 1, `${where}: offset`);
}
