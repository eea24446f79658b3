import type { LimitFrame } from '../../protocol/frames.ts';
import type { Admission, OpenOutcome } from '../../sessions/open-request.ts';
import type { ResumeRequest } from '../../sessions/resumption.ts';
import { answerQuestion } from './answer-question.ts';
import { checkOutcome, type Doorstep } from './check-admission.ts';
import { drawEngine, drawLine } from './scenario.ts';
import { type Memory, SimulatedClient } from './simulated-client.ts';
import { SimulatedSocket } from './simulated-socket.ts';
import { isOfThisRecord, type Stage } from './stage.ts';
import { drawToken } from './token-acts.ts';
import type { Arrival, UserTruth } from './user-truth.ts';
import { watchSocket } from './watch-socket.ts';

/** A client dials; the process sees it a while later, after authentication. */
export function dial(stage: Stage, user: UserTruth): SimulatedClient {
  const { world, random } = stage;
  const client = makeClient(stage, user);
  client.token = drawToken(stage, user);
  const memory = drawMemory(stage, user);
  noteConfirmed(stage, user, memory);
  const brought = random.chance(0.05) ? random.between(1, 20) : undefined;
  const authenticationMs = random.chance(0.1) ? random.between(20, 2_000) : random.between(0, 20);
  world.in(client.traits.up.latencyMs + authenticationMs, () => {
    world.ask(() => knock(stage, user, { client, brought, memory }));
  });
  return client;
}

/** Whose token is no good is turned away before it can ask for anything. */
function knock(
  stage: Stage,
  user: UserTruth,
  dialled: Dialled & { client: SimulatedClient },
): void {
  const { tokens, layer } = stage;
  const { socket, token } = dialled.client;
  if (tokens?.isWelcome(token) === false) layer.turnAway(socket, 'unauthorized');
  else askForSlot(stage, user, dialled);
}

/** A position that comes with a good ticket says that its client has read everything up to it. */
function noteConfirmed(stage: Stage, user: UserTruth, memory: Memory | null): void {
  if (memory === null || memory.userId !== user.id) return;
  if (memory.ticket === 'none' || !memory.hasPosition || !isOfThisRecord(stage, memory)) return;
  for (const number of memory.read) stage.confirmed.add(number);
}

/** What a client remembers, sometimes with a ticket or an epoch that is worth nothing. */
function drawMemory(stage: Stage, user: UserTruth): Memory | null {
  const { random, remembered } = stage;
  if (random.chance(0.5)) return null;
  const isOld = remembered.length > 0 && random.chance(0.3);
  const memory = isOld ? random.pick(remembered) : drawRecent(stage, user);
  if (memory === undefined || memory === null) return null;
  if (random.chance(0.15)) return { ...memory, hasPosition: false };
  if (random.chance(0.9)) return memory;
  return random.chance(0.5) ? { ...memory, epoch: 'another' } : { ...memory, ticket: 'none' };
}

/** Of one of the user's clients: one that is gone, or one that is here and has been copied. */
function drawRecent({ random, users }: Stage, user: UserTruth): Memory | null {
  const owner = random.chance(0.02) ? random.pick(users) : user;
  return random.pick(owner?.clients ?? [])?.memory ?? null;
}

/** A client with its line and the process's end of it. */
export function makeClient(stage: Stage, user: UserTruth): SimulatedClient {
  const { world, random, clientOf } = stage;
  const socket = new SimulatedSocket(world, drawEngine(random), watchSocket(stage));
  const name = `${user.id}/${(user.dialled += 1)}`;
  const asked = (question: LimitFrame): void => answerQuestion(stage, client, question);
  const client: SimulatedClient = new SimulatedClient(
    world,
    { userId: user.id, name },
    { socket, traits: drawLine(random), confirmed: stage.confirmed, asked },
  );
  user.clients.push(client);
  clientOf.set(socket, client);
  return client;
}

/** Who asks: a client, or nobody yet; and the limit it brings. */
interface Dialled {
  readonly client: SimulatedClient | null;
  readonly brought?: number | undefined;
  readonly memory?: Memory | null;
}

/** Somebody asks the layer for a slot, and what comes of it is checked. */
export function askForSlot(stage: Stage, user: UserTruth, dialled: Dialled): Admission {
  const { client, brought, memory = null } = dialled;
  const { layer, settings, note } = stage;
  const limit = user.limitFor(brought, settings.maxSessionsPerUser);
  const doorstep = { count: layer.count(user.id), waiting: layer.waiting(user.id), limit };
  const arrival = announceArrival(stage, user, { client, brought, memory });
  user.highestLimit = Math.max(user.highestLimit, limit);
  const admission = layer.open({
    userId: user.id,
    ...(client === null ? {} : { socket: client.socket }),
    ...(brought === undefined ? {} : { limit: brought }),
    ...(client === null ? {} : { extra: client.token }),
    ...(memory === null ? {} : { resume: whatIsBrought(memory) }),
  });
  note(() => `${arrival.name} asks at ${doorstep.count} of ${limit}: ${admission.outcome}`);
  // Whoever heard of a stall in between may have set another limit, or taken a slot.
  const after = user.limitFor(brought, settings.maxSessionsPerUser);
  const occupied = Math.max(doorstep.count, layer.count(user.id));
  if (occupied < Math.min(limit, after)) checkRoom(stage, admission, doorstep);
  if (admission.outcome === 'waiting') {
    arrival.pending = admission;
    stage.promises += 1;
    void admission.settled.then((outcome) => {
      stage.promises -= 1;
      settle(stage, arrival, { outcome, doorstep });
    });
  } else settle(stage, arrival, { outcome: admission, doorstep });
  return admission;
}

function whatIsBrought({ ticket, epoch, offset, hasPosition }: Memory): ResumeRequest {
  return hasPosition ? { ticket, epoch, offset } : { ticket };
}

function announceArrival({ clock }: Stage, user: UserTruth, dialled: Dialled): Arrival {
  const { client, brought, memory = null } = dialled;
  const name = client?.name ?? user.id;
  const since = clock.nowMs();
  const arrival: Arrival = {
    userId: user.id,
    name,
    client,
    brought,
    memory,
    token: client?.token ?? null,
    since,
    pending: null,
    mayHaveSucceeded: false,
    mayHaveTakenOver: false,
    askedAt: null,
    isRevoked: false,
  };
  user.arrivals.push(arrival);
  if (client !== null) client.wasHandedOver = true;
  return arrival;
}

/** I3: with a slot free and nobody waiting, a newcomer gets in there and then. */
function checkRoom(
  { verdict, settings, isDraining }: Stage,
  { outcome }: Admission,
  { count, waiting, limit }: Doorstep,
): void {
  if (waiting > 0 || isDraining || settings.userConnectRate !== null) return;
  verdict.expect(
    outcome === 'opened' || outcome === 'left',
    'I3',
    () => `at ${count} of ${limit} sessions a newcomer was ${outcome}`,
  );
}

function settle(
  stage: Stage,
  arrival: Arrival,
  told: { outcome: OpenOutcome; doorstep: Doorstep },
): void {
  checkOutcome(stage, arrival, told);
  const user = stage.users.find(({ id }) => id === arrival.userId);
  user?.arrivals.splice(user.arrivals.indexOf(arrival), 1);
  const { outcome } = told;
  const why = outcome.outcome === 'refused' ? `: ${outcome.refusal.reason}` : '';
  stage.note(() => `${arrival.name} is ${outcome.outcome}${why}`);
}
