import type { AssertAct, AssertAnswer } from '../../../src/sessions/store/acts.ts';
import { headOf, type Model } from './model.ts';

type Verdict = AssertAnswer['verdicts'][number]['verdict'];

/** Assertion again, in words of its own. */
export function modelAssert(model: Model, act: AssertAct): AssertAnswer {
  const record = model.begin(act);
  const kept = new Set<number>();
  for (const row of model.rowsOf(act.user)) {
    const named = act.rows.find(({ session }) => session === row.session);
    if (named === undefined) continue;
    Object.assign(row, named, { node: act.node, until: 0 });
    kept.add(row.session);
  }
  const before = model.rows.length;
  for (const row of model.rowsOf(act.user))
    if (row.node === act.node && !kept.has(row.session) && !act.coming.includes(row.session))
      model.remove(row);
  model.bury(act.user, act);
  const removed = before - model.rows.length;
  const verdicts = act.rows.map((row) => ({
    session: row.session,
    verdict: kept.has(row.session) ? ('kept' as const) : putBack(model, act, row),
  }));
  model.touch(record);
  return { verdicts, removed, record: headOf(record) };
}

function putBack(model: Model, act: AssertAct, row: AssertAct['rows'][number]): Verdict {
  const { user, node } = act;
  const limit = act.isForced ? Infinity : model.limitOf(user, act.limit);
  const kin = model.rowsOf(user).find(({ lineage }) => lineage === row.lineage);
  if (kin === undefined && model.rowsOf(user).length >= limit) return 'full';
  if (kin !== undefined && isBefore(row, kin)) return 'superseded';
  model.remove(kin);
  model.rows.push({ ...row, user, node, until: 0 });
  if (kin !== undefined && kin.node !== 0 && kin.node !== node)
    model.tell(kin.node, { type: 'replaced', user, session: kin.session, cause: 'superseded' });
  return 'restored';
}

interface Handled {
  readonly predecessor: number;
  readonly openedAtMs: number;
  readonly session: number;
}

/** The other was let in for it, or later; of one instant, with the lower handle. */
function isBefore(one: Handled, other: Handled): boolean {
  if (other.predecessor === one.session) return true;
  if (one.predecessor === other.session) return false;
  const ms = one.openedAtMs - other.openedAtMs;
  return ms === 0 ? one.session < other.session : ms < 0;
}
