import type { GuestRecord, ReadFrame } from './guest.ts';
import type { RecordTruth } from './record-truth.ts';
import type { ClusterStage } from './cluster-stage.ts';

/** I8: a process has written this to somebody's connection. */
export function checkWritten(
  stage: ClusterStage,
  { user: id, name }: GuestRecord,
  frame: ReadFrame,
): void {
  const { records } = stage.userOf(id);
  const { type, data } = frame;
  if (type === 'gap') noteGone(records, frame, frame);
  if (type === 'ready' && frame.resume?.outcome === 'gap') noteGone(records, frame, frame.resume);
  if (type !== 'event' || data === undefined) return;
  stage.verdict.expect(
    data.u === null || data.u === id,
    'I8',
    () => `${name} is sent event ${data.n} of ${data.u}`,
  );
  records.written.add(data.n);
}

/** Somebody is told that these places are gone, or all up to where it goes on. */
function noteGone(
  records: RecordTruth,
  { epoch, offset }: ReadFrame,
  { from, to }: Pick<ReadFrame, 'from' | 'to'>,
): void {
  if (epoch !== undefined && offset !== undefined) records.tellGone(epoch, from ?? 1, to ?? offset);
}
