import type { ReadyFrame, ResumeVerdict } from '../protocol/frames.ts';
import type { Place } from './position.ts';

/**
 * What a `ready` means to a tab, when the session was asked to read on from where another tab was.
 *
 * @param place where this tab is
 * @param brought where the session was asked to read on; null where it was new
 * @returns null when this tab is behind all that the session will bring: it has to be dialed anew for it
 */
export function verdictFor(
  place: Place | null,
  { epoch, offset, resume }: ReadyFrame,
  brought: Place | null,
): ResumeVerdict | null {
  if (place === null) return { outcome: 'new' };
  if (brought !== null && isSame(place, brought)) return resume;
  const isOfAnother = resume.outcome === 'gap' && resume.reason === 'epoch';
  // Then all that there is follows, also to a tab that knew yet another record, or a false part of this one.
  if (isOfAnother && (place.epoch !== epoch || brought?.epoch === epoch)) return resume;
  if (place.epoch !== epoch) return null;
  if (place.offset >= offset) return { outcome: 'lossless' };
  return isAhead(place, brought) ? restOf(resume, place) : null;
}

function isAhead(place: Place, brought: Place | null): boolean {
  return brought?.epoch === place.epoch && place.offset > brought.offset;
}

function isSame(one: Place, other: Place): boolean {
  return one.epoch === other.epoch && one.offset === other.offset;
}

/** What is left of a gap for a tab in the middle of it. */
function restOf(resume: ResumeVerdict, { offset }: Place): ResumeVerdict | null {
  if (resume.outcome !== 'gap') return null;
  return resume.from === undefined ? resume : { ...resume, from: offset + 1 };
}

/** The one of two places from which more follows, as far as that can be told. */
export function furtherBack(one: Place | null, other: Place): Place {
  return one === null || (one.epoch === other.epoch && other.offset < one.offset) ? other : one;
}
