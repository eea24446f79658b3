import type { ResumeVerdict } from '../../protocol/frames.ts';
import { checkContinued } from './check-continued.ts';
import { isOutOfUse } from './pushed-out.ts';
import type { SessionTruth } from './session-truth.ts';
import { isOfThisRecord, type Stage, userOf } from './stage.ts';
import type { Memory } from './simulated-client.ts';

/** I4: what a client that has brought a position was told, against what was published since. */
export function checkResumed(
  stage: Stage,
  truth: SessionTruth,
  verdict: ResumeVerdict | undefined,
): void {
  const user = userOf(stage, truth.userId);
  const brought = user.arrivals.find(({ client }) => client === truth.client)?.memory ?? null;
  const memory =
    brought === null || brought.hasPosition
      ? brought
      : checkContinued(stage, truth, { memory: brought, offset: startOf(truth, verdict) });
  stage.verdict.expect(
    memory !== null,
    'I4',
    () => `${truth.id} was told of a position it never brought`,
  );
  if (memory === null || verdict === undefined) return;
  if (verdict.outcome === 'gap') checkGapVerdict(stage, truth, { verdict, memory });
  else checkReplay(stage, truth, { verdict, memory });
}

/** The place after which it is told what there is, or what is gone; null where that is not told. */
function startOf({ coveredTo }: SessionTruth, verdict: ResumeVerdict | undefined): number | null {
  if (verdict?.outcome !== 'gap') return coveredTo;
  return verdict.from === undefined ? null : verdict.from - 1;
}

interface Told<V extends ResumeVerdict = ResumeVerdict> {
  readonly verdict: V;
  readonly memory: Memory;
}

function checkReplay(stage: Stage, truth: SessionTruth, { verdict, memory }: Told): void {
  const { coveredTo } = truth;
  stage.verdict.expect(
    coveredTo === memory.offset && isOfThisRecord(stage, memory),
    'I4',
    () => `${truth.id} was ${verdict.outcome} to ${coveredTo} from ${memory.offset}`,
  );
  const user = userOf(stage, truth.userId);
  const due = [...user.eventAt].filter(
    ([at, event]) => at > memory.offset && truth.owns(event),
  ).length;
  const replayed = verdict.outcome === 'replayed' ? verdict.replayed : 0;
  stage.verdict.expect(
    replayed >= due,
    'I4',
    () =>
      `${truth.id} was promised ${replayed} events after ${memory.offset}, ${due} were published`,
  );
}

function checkGapVerdict(
  stage: Stage,
  truth: SessionTruth,
  { verdict, memory }: Told<Extract<ResumeVerdict, { outcome: 'gap' }>>,
): void {
  const { from, to, reason } = verdict;
  const start = truth.coveredTo ?? -1;
  const isOverflow = from === memory.offset + 1 && to === start && to >= from;
  const user = userOf(stage, truth.userId);
  user.deliveredTo = Math.max(user.deliveredTo, start);
  const isOther = from === undefined && to === undefined;
  const isAged = reason === 'expired' && isOverflow && isOutOfUse(stage, user, start);
  stage.verdict.expect(
    reason === 'overflow' ? isOverflow : isOther || isAged,
    'I4',
    () => `${truth.id} was told a gap (${reason}) from ${from} to ${to} after ${memory.offset}`,
  );
  if (memory.userId !== truth.userId) return;
  stage.verdict.expect(
    (reason === 'epoch') !== isOfThisRecord(stage, memory),
    'I4',
    () => `${truth.id} was told a gap (${reason}) after ${memory.offset} of ${memory.epoch}`,
  );
}
