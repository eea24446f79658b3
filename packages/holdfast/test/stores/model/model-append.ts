import type { AppendAct, AppendAnswer, LogEntry } from '../../../src/sessions/store/acts.ts';
import type { Model, ModelRecord } from './model.ts';

const bytesIn = (log: ModelRecord['log']): number =>
  log.reduce((sum, { entry }) => sum + Buffer.byteLength(entry.body), 0);

/** Appending again, in words of its own. */
export function modelAppend(model: Model, act: AppendAct): AppendAnswer {
  const known = model.record(act.user);
  const buried = known === undefined ? 0 : model.bury(act.user, act);
  const outcome = outcomeOf(known, act);
  const nodes = model.rowsOf(act.user).flatMap(({ node }) => (node === 0 ? [] : [node]));
  const sessions = nodes.length;
  if (outcome !== null) {
    if (known !== undefined && buried > 0) model.touch(known);
    return { ...outcome, epoch: known?.epoch ?? act.epoch, sessions };
  }
  const record = model.begin(act);
  const offset = record.last + 1;
  const entry = entryOf(model, act);
  put(record, act, entry);
  if (sessions === 0) record.queuedTo = offset;
  else if (record.delivered >= record.queuedTo) record.delivered = offset;
  model.touch(record);
  const { user } = act;
  const { epoch } = record;
  for (const node of new Set(nodes))
    model.tell(node, { type: 'appended', user, epoch, offset, entry, atMs: model.now });
  return { outcome: 'appended', epoch, offset, sessions };
}

function outcomeOf(
  known: ModelRecord | undefined,
  act: AppendAct,
): Pick<AppendAnswer, 'outcome' | 'offset'> | null {
  const former = known === undefined ? undefined : findFormer(known, act);
  if (former !== undefined) return { outcome: 'repeated', offset: former };
  const isTooLarge = Buffer.byteLength(act.entry.body) > act.terms.bytes;
  return isTooLarge ? { outcome: 'overflow', offset: known?.last ?? 0 } : null;
}

function put(record: ModelRecord, act: AppendAct, entry: LogEntry): void {
  record.last += 1;
  record.log.push({ offset: record.last, entry });
  while (record.log.length > act.terms.events || bytesIn(record.log) > act.terms.bytes)
    record.log.shift();
  if (act.broadcast !== null) record.over.add(act.broadcast);
}

function findFormer({ log, over, last }: ModelRecord, act: AppendAct): number | undefined {
  const { eventId } = act.entry;
  const same = eventId === null ? undefined : log.find(({ entry }) => entry.eventId === eventId);
  if (same !== undefined) return same.offset;
  return act.broadcast !== null && over.has(act.broadcast) ? last : undefined;
}

function entryOf({ now }: Model, { entry, tracked, node }: AppendAct): LogEntry {
  const { body, onlyFor, eventId } = entry;
  if (tracked === null) return { body, onlyFor, eventId, tracked };
  const endsAtMs = tracked.ttlMs === null ? null : now + tracked.ttlMs;
  return { body, onlyFor, eventId, tracked: { node, event: tracked.event, endsAtMs } };
}
