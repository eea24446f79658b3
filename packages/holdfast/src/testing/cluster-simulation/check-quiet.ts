import type { GuestRecord } from './guest.ts';
import { isFor } from './check-read.ts';
import { aliveCount } from './check-refused.ts';
import { limitOf } from './check-rows.ts';
import type { ClusterProcess } from './cluster-process.ts';
import { type ClusterStage, type ClusterUser, openHosts } from './cluster-stage.ts';
import type { ClusterPlay } from './cluster-play.ts';
import { healAll } from './cluster-fault-acts.ts';
import { addClient } from './people-acts.ts';

/** Until everybody has noticed that all is well: cuts are over, leases and heartbeats have passed, and the audit has been round. */
const settleMs = 14_000;
/** An act takes no longer. */
const underWayMs = 500;
/** A newcomer is in by then, or has been told when to come back. */
const entryMs = 3_500;

/** Everything works again for a while: then the store, the nodes and the clients agree. */
export async function checkQuiet(stage: ClusterStage, play: ClusterPlay): Promise<void> {
  stage.isQuiet = true;
  healAll(stage);
  await play.pass(1);
  healAll(stage);
  await play.pass(settleMs);
  if (stage.verdict.violation !== null) return;
  stage.calmSince = stage.world.now;
  for (const host of openHosts(stage)) checkNode(stage, host);
  for (const user of stage.users) {
    const { held, live } = handlesOf(stage, user);
    // Somebody may be on the way out at this very moment.
    if (held.length !== live.length) await play.pass(underWayMs);
    checkUser(stage, user);
  }
  await checkEntry(stage, play);
  stage.calmSince = Infinity;
  stage.isQuiet = false;
}

/** I6, I12: no fault stands, nothing is in doubt, nothing is under way. */
function checkNode({ verdict }: ClusterStage, { name, node, link }: ClusterProcess): void {
  if (node === null) return;
  verdict.expect(!node.isStoreAway, 'I6', () => `${name} takes the store for away, which is well`);
  verdict.expect(node.drift === 0, 'I1', () => `${name} tells a drift of ${node.drift}`);
  verdict.expect(link.pending <= 16, 'I12', () => `${link.pending} acts of ${name} are under way`);
}

/** Handles of a user, as the store and as the nodes have them. */
function handlesOf(
  stage: ClusterStage,
  { id }: ClusterUser,
): { readonly held: readonly number[]; readonly live: readonly number[] } {
  const { users, leases } = stage.data;
  // Late acts of a node that the store has forgotten leave rows that no sweep names; they count for nothing.
  const rows = [...(users.get(id)?.rows.values() ?? [])].filter(({ node }) => leases.has(node));
  const sessions = openHosts(stage).flatMap(({ node }) => node?.layer.sessionsOf(id) ?? []);
  return {
    held: rows.map(({ session }) => session).toSorted((one, other) => one - other),
    live: sessions.map(({ generation }) => generation).toSorted((one, other) => one - other),
  };
}

/** I1, I4: rows are sessions, and who is there has everything. */
function checkUser(stage: ClusterStage, user: ClusterUser): void {
  const { held, live } = handlesOf(stage, user);
  stage.verdict.expect(
    held.join(' ') === live.join(' '),
    'I1',
    () => `${user.id} has the rows ${held.join(' ')} and the sessions ${live.join(' ')}`,
  );
  for (const client of user.clients) checkComplete(stage, client);
}

function checkComplete(stage: ClusterStage, client: GuestRecord): void {
  const { wire, place, since, name, state } = client;
  if (state !== 'on' || wire === null || wire.carriesSince > stage.world.now - 2_000) return;
  if (place === null || since === null) return;
  const { data, verdict } = stage;
  const record = data.users.get(client.user);
  const { records } = stage.userOf(client.user);
  verdict.expect(
    record?.epoch === place.epoch,
    'I4',
    () => `${name} is in a record that is gone, and was not told`,
  );
  if (record === undefined) return;
  const isGone = (offset: number): boolean =>
    client.goneHere.some(([from, to]) => from <= offset && offset <= to);
  // Of a place that was given twice, the first time before it came here, its node has nothing to compare the second with.
  const isHidden = (offset: number): boolean => {
    const given = records.at(place.epoch, offset);
    return given.length > 1 && given.some(({ at }) => at <= client.readyAt);
  };
  const missing = records
    .between(place.epoch, since.offset, record.last)
    .find(
      ({ offset, placed }) =>
        isFor(client, placed) &&
        (placed.number === null || !client.readHere.has(placed.number)) &&
        !isGone(offset) &&
        !isHidden(offset),
    );
  verdict.expect(
    missing === undefined,
    'I4',
    () =>
      `${name} is at ${place.offset}, and has never got event ${missing?.placed.number} at ${missing?.offset}`,
  );
}

/** I3: whoever has room gets in, whatever has happened before. */
async function checkEntry(stage: ClusterStage, play: ClusterPlay): Promise<void> {
  for (const user of stage.users) {
    if (stage.verdict.violation !== null) return;
    const alive = aliveCount(stage, user, 0);
    const reserved = [...(stage.data.users.get(user.id)?.rows.values() ?? [])].filter(
      ({ node }) => node === 0,
    ).length;
    const dialling = user.clients.filter(({ state }) => state !== 'on' && state !== 'over').length;
    if (alive + reserved + dialling >= limitOf(stage, user.id)) continue;
    const client = addClient(stage, user);
    if (client === null) continue;
    await play.pass(entryMs);
    if (client.state === 'away') await play.pass((client.refused?.retryMs ?? 0) + entryMs);
    // Somebody may have thawed meanwhile.
    const proven = aliveCount(stage, user, 2 * entryMs);
    stage.verdict.expect(
      client.state === 'on' || proven >= limitOf(stage, user.id),
      'I3',
      () =>
        `${client.name} is not let in (${client.state}, ${JSON.stringify(client.refused)}), ${alive} of ${limitOf(stage, user.id)} are alive`,
    );
  }
}
