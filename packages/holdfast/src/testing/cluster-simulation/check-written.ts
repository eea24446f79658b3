import type { ReadFrame } from './check-read.ts';
import type { ClusterClient } from './cluster-client.ts';
import type { ClusterStage } from './cluster-stage.ts';

/** I8: a process has written this to somebody's connection. */
export function checkWritten(
  stage: ClusterStage,
  { user: id, name }: ClusterClient,
  { type, data, epoch, offset, from, to, resume }: ReadFrame,
): void {
  const { records } = stage.userOf(id);
  if (type === 'event') {
    stage.verdict.expect(
      data?.u === null || data?.u === id,
      'I8',
      () => `${name} is sent event ${data?.n} of ${data?.u}`,
    );
    if (data !== undefined) records.written.add(data.n);
  }
  if (epoch === undefined || offset === undefined) return;
  if (type === 'gap') records.tellGone(epoch, from ?? 1, to ?? offset);
  if (type === 'ready' && resume?.outcome === 'gap')
    records.tellGone(epoch, resume.from ?? 1, resume.to ?? offset);
}
