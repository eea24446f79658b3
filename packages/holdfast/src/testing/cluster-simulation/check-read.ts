import type { GuestRecord, Place, ReadFrame } from './guest.ts';
import type { ClusterStage } from './cluster-stage.ts';
import type { Placed, RecordTruth } from './record-truth.ts';

/** I4: where a session begins, and what is said of what lies before. */
export function checkReady(
  stage: ClusterStage,
  client: GuestRecord,
  { epoch = '', offset = 0, resume = { outcome: 'new' } }: ReadFrame,
): void {
  const { place } = client;
  const here: Place = { epoch, offset };
  if (resume.outcome === 'new') {
    stage.verdict.expect(
      place === null,
      'I4',
      () => `${client.name} brought its place and is told that it brought none`,
    );
    checkQueued(stage, client, here);
    client.begin(here);
  } else if (resume.outcome === 'gap') {
    checkNeeded(stage, client, { reason: resume.reason, epoch });
    if (resume.from === undefined || place?.epoch !== epoch) client.begin(here);
    else passOver(stage, client, { from: resume.from, to: resume.to ?? offset, offset });
  } else {
    stage.verdict.expect(
      place?.epoch === epoch && place.offset <= offset,
      'I4',
      () => `${client.name} is told ${resume.outcome} from another place than it brought`,
    );
    checkSkipped(stage, client, offset + 1);
    client.place = here;
  }
}

/** I4: the next frame that has a place. */
export function checkRead(stage: ClusterStage, client: GuestRecord, frame: ReadFrame): void {
  const { type, offset = -1, epoch = '', reason, from, to, data } = frame;
  if (type === 'event' && data !== undefined) readEvent(stage, client, { offset, number: data.n });
  if (type !== 'gap') return;
  stage.note(() => `${client.name} is told a gap: ${reason} ${from} ${to}, ${offset}`);
  if (from !== undefined && to !== undefined) passOver(stage, client, { from, to, offset });
  else if (reason === 'broadcast') passOver(stage, client, { from: offset, to: offset, offset });
  else {
    checkNeeded(stage, client, { reason, epoch });
    client.begin({ epoch, offset });
  }
}

function readEvent(
  stage: ClusterStage,
  client: GuestRecord,
  { offset, number }: { readonly offset: number; readonly number: number },
): void {
  const { verdict, events } = stage;
  const { records } = stage.userOf(client.user);
  const { place, name } = client;
  if (place === null) return;
  verdict.expect(
    offset > place.offset,
    'I4',
    () => `${name} reads ${offset} after ${place.offset} of the same record`,
  );
  verdict.expect(
    records.at(place.epoch, offset).some((placed) => placed.number === number),
    'I4',
    () => `${name} reads event ${number} at ${offset}, where the store has not put it`,
  );
  const event = events.get(number);
  verdict.expect(event !== undefined, 'I4', () => `${name} reads an event nobody published`);
  verdict.expect(
    !client.readHere.has(number) ||
      (event?.isNamed === true && isForgetful(stage, place.epoch, records)),
    'I4',
    () => `${name} reads event ${number} twice`,
  );
  if (client.readEver.has(number)) stage.tally('read again after a gap');
  checkSkipped(stage, client, offset);
  if (event !== undefined) event.isRead = true;
  client.readEver.add(number);
  client.readHere.add(number);
  client.place = { ...place, offset };
}

/** A name is known as long as its event is in the log. */
function isForgetful({ scenario }: ClusterStage, epoch: string, records: RecordTruth): boolean {
  return records.isTurnedBack(epoch) || scenario.isLogShort;
}

/** I4: a newcomer that brings nothing gets what was queued for a user who was away. */
function checkQueued(stage: ClusterStage, client: GuestRecord, { epoch, offset }: Place): void {
  const { records } = stage.userOf(client.user);
  if (records.isTurnedBack(epoch)) return;
  const missed = records
    .between(epoch, 0, offset)
    .find(
      ({ offset: at, placed: { number, holders, onlyFor } }) =>
        number !== null &&
        onlyFor === null &&
        holders.every((generation) => generation === client.generation) &&
        !records.written.has(number) &&
        !records.isToldGone(epoch, at),
    );
  stage.verdict.expect(
    missed === undefined,
    'I4',
    () =>
      `${client.name} begins after ${offset}; event ${missed?.placed.number} at ${missed?.offset} was written to nobody`,
  );
}

/** Whether something at a place of the record is for a client. */
export function isFor({ lineage }: GuestRecord, { onlyFor }: Placed): boolean {
  return onlyFor === null || onlyFor === lineage;
}

/** Between where a client is and this place there is nothing for it. */
function checkSkipped(stage: ClusterStage, client: GuestRecord, before: number): void {
  const { place } = client;
  if (place === null) return;
  const { records } = stage.userOf(client.user);
  // Where the store has given places twice, a node that was cut off at the time finds out later, and tells a gap.
  if (records.isTurnedBack(place.epoch)) return;
  const skipped = records
    .between(place.epoch, place.offset, before - 1)
    .find(({ placed }) => isFor(client, placed));
  stage.verdict.expect(
    skipped === undefined,
    'I4',
    () =>
      `${client.name} is at ${place.offset} and is given ${before}; event ${skipped?.placed.number} at ${skipped?.offset} is missing`,
  );
}

function passOver(
  stage: ClusterStage,
  client: GuestRecord,
  gap: { readonly from: number; readonly to: number; readonly offset: number },
): void {
  const { place } = client;
  if (place === null) return;
  checkSkipped(stage, client, gap.from);
  client.goneHere.push([gap.from, gap.to]);
  client.place = { ...place, offset: gap.offset };
}

/** I4: nobody is told that a record is gone which is there; while the store is away a node may not know it. */
function checkNeeded(
  stage: ClusterStage,
  client: GuestRecord,
  { reason, epoch }: { readonly reason?: string | undefined; readonly epoch: string },
): void {
  const { place } = client;
  if (reason !== 'epoch' || place === null) return;
  const record = stage.data.users.get(client.user);
  const isThere = record?.epoch === place.epoch && place.offset <= record.last;
  const hasLost = stage.machine.losses > client.losses;
  const isLocal = epoch !== record?.epoch && stage.scenario.onStoreFailure === 'local';
  stage.verdict.expect(
    !isThere || isLocal || hasLost || stage.userOf(client.user).records.isTurnedBack(place.epoch),
    'I4',
    () => `${client.name} is told that its record is gone, which is there`,
  );
}
