import type { AdmitAct, AdmitAnswer, Row } from '../../../src/sessions/store/acts.ts';
import { headOf, type Model, type ModelRecord, type ModelRow } from './model.ts';

type Cause = 'superseded' | 'taken-over' | 'evicted';

interface Choice {
  readonly out: ModelRow;
  readonly cause: Cause;
}

/** Who asks, what is there, and what the ticket is worth. */
interface Case {
  readonly model: Model;
  readonly act: AdmitAct;
  readonly record: ModelRecord;
  readonly rows: readonly ModelRow[];
  readonly limit: number;
  readonly isSpent: boolean;
}

/** Admission again, in words of its own. */
export function modelAdmit(model: Model, act: AdmitAct): AdmitAnswer {
  const record = model.begin(act);
  model.bury(act.user, act);
  const rows = model.rowsOf(act.user);
  const limit = model.limitOf(act.user, act.limit);
  const own = rows.find(({ session }) => session === act.session);
  const the: Case = { model, act, record, rows, limit, isSpent: isSpent(act, record, rows) };
  if (own !== undefined) {
    Object.assign(own, { node: act.node, until: 0 });
    return inside({ ...the, isSpent: false }, own, null);
  }
  const choices = [ancestor(the), named(the), oldest(the)];
  const choice = choices.find((one) => one !== null) ?? null;
  return choice === null && rows.length >= limit ? outside(the) : enter(the, choice);
}

function isSpent({ ticket }: AdmitAct, record: ModelRecord, rows: readonly ModelRow[]): boolean {
  if (ticket === null) return false;
  const kin = rows.filter(({ lineage }) => lineage === ticket.lineage);
  const good = kin.filter((row) => [row.session, row.predecessor].includes(ticket.predecessor));
  return record.revoked.has(ticket.lineage) || kin.length > good.length;
}

function ancestor({ act, rows, isSpent: isOver }: Case): Choice | null {
  const out = rows.find(({ lineage }) => lineage === act.ticket?.lineage);
  return isOver || out === undefined ? null : { out, cause: 'superseded' };
}

function named({ act, rows }: Case): Choice | null {
  const out = rows.find(({ session }) => session === act.taken);
  return out === undefined ? null : { out, cause: 'taken-over' };
}

function oldest({ model, act, record, rows, limit }: Case): Choice | null {
  const out = rows.find(({ node }) => node !== 0);
  const everyMs = act.evictEveryMs ?? Infinity;
  const isDue = everyMs < Infinity && model.now >= record.lastEviction + everyMs;
  return rows.length === limit && isDue && out !== undefined ? { out, cause: 'evicted' } : null;
}

function enter(the: Case, choice: Choice | null): AdmitAnswer {
  const { model, act, record, rows } = the;
  const missed = rows.some(({ node }) => node !== 0) ? 0 : miss(record, act.broadcasts);
  if (choice !== null) leave(the, choice);
  const ticket = the.isSpent ? null : act.ticket;
  const row: ModelRow = {
    user: act.user,
    session: act.session,
    lineage: ticket?.lineage ?? act.session,
    predecessor: ticket?.predecessor ?? 0,
    node: act.node,
    device: act.device,
    openedAtMs: model.now,
    until: 0,
  };
  model.rows.push(row);
  const replaced = choice === null ? null : model.say(choice.out);
  return { ...inside(the, row, replaced), missedBroadcasts: missed };
}

function leave({ model, act, record }: Case, { out, cause }: Choice): void {
  model.remove(out);
  if (cause === 'evicted') record.lastEviction = model.now;
  if (out.node === 0 || out.node === act.node) return;
  model.tell(out.node, { type: 'replaced', user: act.user, session: out.session, cause });
}

function miss({ over }: ModelRecord, broadcasts: number): number {
  const all = Array.from({ length: broadcasts }, (_, place) => place + 1);
  const missed = all.filter((number) => !over.has(number));
  for (const number of missed) over.add(number);
  return missed.length;
}

function inside(
  { model, act, record, limit, isSpent: isOver }: Case,
  row: ModelRow,
  replaced: Row | null,
): Extract<AdmitAnswer, { outcome: 'admitted' }> {
  model.touch(record);
  return {
    outcome: 'admitted',
    flaw: isOver ? 'spent' : null,
    replaced,
    lineage: row.lineage,
    record: headOf(record),
    count: model.rowsOf(act.user).length,
    limit,
    missedBroadcasts: 0,
  };
}

function outside({ model, act, record, rows, limit, isSpent: isOver }: Case): AdmitAnswer {
  if (act.isWaiting) model.wait(act.user, act.node);
  model.touch(record);
  const flaw = isOver ? 'spent' : null;
  return { outcome: 'full', flaw, rows: rows.map((row) => model.say(row)), limit };
}
