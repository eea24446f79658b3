import type { EntryDraft } from './log-entry.ts';
import type { Receipt } from './receipt.ts';
import { payloadsOf } from './text-frame.ts';
import type { UserLog } from './user-log.ts';

/** Generations begin with 1: an entry for this lineage is for nobody. */
const nobodysLineage = 0;

/** What cannot be said on this wire, or could not be encoded, which is counted as a fault. */
export const unsayable: EntryDraft = {
  text: '',
  payloadBytes: 0,
  notes: { onlyFor: nobodysLineage, eventId: null, shared: null, receipt: null },
};

/** The same draft with the receipt that its event has in the log it was in before. */
export function reuse(draft: EntryDraft, old: UserLog, offset: number): EntryDraft {
  const receipt: Receipt | null = old.notesAt(offset)?.receipt ?? null;
  if (receipt === null || draft.notes === null) return draft;
  return { ...draft, notes: { ...draft.notes, receipt } };
}

/** What a log holds after this offset, as it was appended. */
export function draftsOf(log: UserLog, after: number): EntryDraft[] {
  const drafts: EntryDraft[] = [];
  for (let offset = after + 1; offset <= log.last; offset += 1) {
    const [payload] = payloadsOf(log.run(offset, 0).frames);
    const text = payload === undefined ? '' : payload.toString();
    drafts.push({ text, payloadBytes: payload?.length ?? 0, notes: log.notesAt(offset) });
  }
  return drafts;
}
