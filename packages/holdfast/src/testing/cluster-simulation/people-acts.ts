import type { Published } from '../../sessions/publisher.ts';
import { ClusterClient } from './cluster-client.ts';
import type { Guest } from './guest.ts';
import { limitOf } from './check-rows.ts';
import { type ClusterStage, type ClusterUser, drawHost } from './cluster-stage.ts';
import type { EventTruth } from './record-truth.ts';

/** Something somebody does, and how often in proportion to the others. */
export interface ClusterAct {
  readonly weight: number;
  readonly run: (stage: ClusterStage) => void;
}

/** What clients, publishers and operators do. */
export const peopleActs: readonly ClusterAct[] = [
  { weight: 20, run: arrive },
  { weight: 5, run: (stage) => withClient(stage, 'on', (one) => one.leave(true, false)) },
  { weight: 5, run: (stage) => withClient(stage, 'on', (one) => one.leave(one.isTidy, true)) },
  { weight: 5, run: (stage) => withClient(stage, 'on', (one) => one.moveOn()) },
  { weight: 3, run: freezeClient },
  { weight: 1, run: dialCopy },
  { weight: 30, run: (stage) => publish(stage, stage.random.pick(stage.users)) },
  { weight: 2, run: broadcast },
  { weight: 1, run: setLimit },
  { weight: 0.5, run: closeUser },
];

/** Somebody of these, in this state. */
function withClient(
  stage: ClusterStage,
  state: Guest['state'],
  run: (client: Guest) => void,
): void {
  const clients = stage.users.flatMap((user) => user.clients).filter((one) => one.state === state);
  const client = stage.random.pick(clients);
  if (client !== undefined) run(client);
}

function arrive(stage: ClusterStage): void {
  const user = stage.random.pick(stage.users);
  if (user === undefined) return;
  const here = user.clients.filter(({ state }) => state !== 'over');
  if (here.length >= limitOf(stage, user.id) + stage.scenario.crowd) return;
  addClient(stage, user);
}

/** Somebody new of this user comes to a node; null where there is none. */
export function addClient(stage: ClusterStage, user: ClusterUser): Guest | null {
  const host = drawHost(stage);
  if (host === undefined) return null;
  stage.clientCount += 1;
  const client = new ClusterClient(stage, user.id, `client ${stage.clientCount} of ${user.id}`);
  const over = user.clients.findIndex(({ state }) => state === 'over');
  if (over >= 0) user.clients.splice(over, 1);
  user.clients.push(client);
  client.dial(host);
  return client;
}

function freezeClient(stage: ClusterStage): void {
  withClient(stage, 'on', ({ wire, name }) => {
    if (wire === null) return;
    stage.note(() => `${name} freezes`);
    wire.hold();
    const ms = stage.random.chance(0.5)
      ? stage.random.between(100, 3_000)
      : stage.random.between(1_000, 40_000);
    stage.world.in(ms, () => wire.release());
  });
}

function dialCopy(stage: ClusterStage): void {
  withClient(stage, 'on', (client) => {
    const host = drawHost(stage);
    if (host !== undefined) client.dialCopy(host);
  });
}

/** An event for a user, handed over once, or under a name as often as it takes. */
function publish(stage: ClusterStage, user: ClusterUser | undefined): void {
  if (user === undefined) return;
  const { random } = stage;
  stage.eventCount += 1;
  const event: EventTruth = {
    number: stage.eventCount,
    user: user.id,
    isNamed: random.chance(0.2),
    isAcknowledged: false,
    isRead: false,
  };
  stage.events.set(event.number, event);
  const only = random.chance(0.15) ? random.pick(user.clients)?.session : null;
  handOver(stage, { event, user, only: only ?? null, tries: 3 });
}

interface HandingOver {
  readonly event: EventTruth;
  readonly user: ClusterUser;
  /** The session it is for. */
  readonly only: string | null;
  readonly tries: number;
}

function handOver(stage: ClusterStage, order: HandingOver): void {
  const { event, user, only, tries } = order;
  const host = drawHost(stage);
  host?.ask((node) => {
    const options = {
      ...(event.isNamed ? { id: `e${event.number}` } : {}),
      ...(only === null ? {} : { session: only }),
    };
    const input = { event: 'tick', data: { n: event.number, u: user.id } };
    const asked =
      event.number % 8 === 0
        ? node.publishAndWait(user.id, input, { ...options, waitMs: 2_000 })
        : node.publish(user.id, input, options);
    asked.then(
      (answer) => checkAcknowledged(stage, event, { user, answer }),
      () => {
        if (event.isNamed && tries > 1)
          stage.world.in(stage.random.between(50, 1_000), () =>
            handOver(stage, { ...order, tries: tries - 1 }),
          );
      },
    );
  });
}

/** I4: what is acknowledged stands where that says, and what is said to be delivered was read. */
function checkAcknowledged(
  stage: ClusterStage,
  event: EventTruth,
  {
    user,
    answer,
  }: {
    readonly user: ClusterUser;
    readonly answer: Omit<Published, 'outcome'> & { outcome: string };
  },
): void {
  event.isAcknowledged = true;
  stage.tally(`published: ${answer.outcome}`);
  const { epoch, offset, outcome } = answer;
  if (outcome === 'overflow') return;
  stage.verdict.expect(
    user.records.at(epoch, offset).some(({ number }) => number === event.number),
    'I4',
    () => `event ${event.number} is acknowledged at ${offset}, where the store has not put it`,
  );
  stage.verdict.expect(
    outcome !== 'delivered' || event.isRead,
    'I4',
    () => `event ${event.number} is said to be delivered, and nobody has read it`,
  );
}

function broadcast(stage: ClusterStage): void {
  if (!stage.scenario.hasBroadcasts) return;
  stage.eventCount += 1;
  const number = stage.eventCount;
  stage.events.set(number, {
    number,
    user: null,
    isNamed: false,
    isAcknowledged: false,
    isRead: false,
  });
  drawHost(stage)?.ask((node) => {
    node.broadcast({ event: 'all', data: { n: number, u: null } }).then(
      () => stage.tally('broadcast'),
      () => stage.tally('broadcast failed'),
    );
  });
}

function setLimit(stage: ClusterStage): void {
  const { random } = stage;
  const user = random.pick(stage.users);
  if (user === undefined) return;
  const limit = random.chance(0.4) ? null : random.between(0, 6);
  stage.note(() => `somebody sets the limit of ${user.id} to ${limit}`);
  drawHost(stage)?.ask((node) => {
    node.setLimit(user.id, limit).then(undefined, () => stage.tally('limit not set'));
  });
}

function closeUser(stage: ClusterStage): void {
  const user = stage.random.pick(stage.users);
  if (user === undefined) return;
  const cause = stage.random.oneOf(['admin', 'revoked'] as const);
  drawHost(stage)?.ask((node) => {
    // Until the last node has carried it out.
    user.orderedAt = stage.world.now + 60_000;
    stage.note(() => `somebody closes the sessions of ${user.id} as ${cause}`);
    void node.closeUser(user.id, { cause });
  });
}
