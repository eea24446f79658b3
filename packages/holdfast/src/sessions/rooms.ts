import type { Settings } from '../core/options.ts';
import { AdmissionDesk } from './admission.ts';
import { Attachment } from './attachment.ts';
import type { Clock } from './clock.ts';
import type { ClusterSeat } from './cluster-seat.ts';
import type { SessionCodec } from './codec.ts';
import { Broadcaster } from './broadcaster.ts';
import { ConnectRates } from './connect-rates.ts';
import { Departures } from './departures.ts';
import { Delivery } from './delivery.ts';
import { Door } from './door.ts';
import { Drain } from './drain.ts';
import { Enforcement } from './enforcement.ts';
import { EventStream } from './event-stream.ts';
import { Eviction } from './eviction.ts';
import { Faults } from './faults.ts';
import { GrantedDesk } from './granted-desk.ts';
import { Heartbeat } from './heartbeat.ts';
import { History } from './history.ts';
import { HookRunner, type HookUse, type SessionHooks } from './hooks.ts';
import { Inbox } from './inbox.ts';
import { Inquiry } from './inquiry.ts';
import { Limits } from './limits.ts';
import { LingeringSockets } from './lingering.ts';
import { LogWriter } from './log-writer.ts';
import { MessageIds } from './message-ids.ts';
import { Mirror } from './mirror.ts';
import { Orders } from './orders.ts';
import { Progress } from './progress.ts';
import { Publisher } from './publisher.ts';
import { Pulse } from './pulse.ts';
import { Questions } from './questions.ts';
import { Receipts } from './receipts.ts';
import { Reception } from './reception.ts';
import { Registry } from './registry.ts';
import { Restarts } from './restarts.ts';
import { Resumption } from './resumption.ts';
import { RevokedLineages } from './revoked-lineages.ts';
import { Scouts } from './scouts.ts';
import type { SessionDuties, SessionKin } from './session.ts';
import { endCause } from './end-cause.ts';
import type { SessionEnd } from '../protocol/close-causes.ts';
import { Sweep } from './sweep.ts';
import { Shadow } from './shadow.ts';
import { Tickets } from './tickets.ts';
import { TokenRefresh } from './token-refresh.ts';
import { transportOf } from './transport.ts';
import { WaitingRoom } from './waiting-room.ts';

/** What a layer is built on. */
export interface Ground {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly codec: SessionCodec;
  readonly hooks: SessionHooks;
  /** Draws from [0, 1). */
  readonly random: () => number;
  /** Whether a newcomer who is asked may still come in, by what the application keeps with it. */
  readonly isWelcome: (extra: unknown) => boolean;
  /** Unique to this process for all time: the prefix of its ids and the epoch of its logs. */
  readonly node: string;
  /** Null where this process is the only one that has sessions of its users. */
  readonly cluster: ClusterSeat | null;
}

/** All rooms of the house. */
export interface Rooms extends Ground {
  readonly events: EventStream;
  readonly faults: Faults;
  readonly pulse: Pulse;
  readonly registry: Registry;
  readonly enforcement: Enforcement;
  readonly limits: Limits;
  readonly rates: ConnectRates;
  readonly lingering: LingeringSockets;
  readonly refusals: LingeringSockets;
  readonly revokedLineages: RevokedLineages;
  readonly door: Door;
  readonly progress: Progress;
  readonly history: History;
  readonly receipts: Receipts;
  readonly heartbeat: Heartbeat;
  readonly shadow: Shadow;
  readonly delivery: Delivery;
  readonly publisher: Publisher;
  readonly broadcaster: Broadcaster;
  readonly tickets: Tickets;
  readonly messageIds: MessageIds;
  readonly resumption: Resumption;
  readonly eviction: Eviction;
  readonly inquiry: Inquiry;
  readonly waiting: WaitingRoom;
  readonly scouts: Scouts;
  readonly orders: Orders;
  readonly hookRunner: HookRunner;
  readonly tokenRefresh: TokenRefresh;
  readonly attachment: Attachment;
  readonly inbox: Inbox;
  readonly restarts: Restarts;
  readonly mirror: Mirror;
  readonly reception: Reception;
  readonly desk: AdmissionDesk;
  readonly grantedDesk: GrantedDesk;
  readonly sweep: Sweep;
  readonly departures: Departures;
  readonly drain: Drain;
}

/** A stall of this length degrades health for a while; shorter ones are only told. */
const reportedStallMs = 1_000;
/** Turned-away sockets that may linger at once. */
const mostRefusals = 1_000;
/** Sockets of ended sessions that may linger at once. */
const mostLingering = 10_000;

/** The rooms that know of no other but their own neighbours below. */
type Foundation = Ground &
  Pick<
    Rooms,
    | 'events'
    | 'faults'
    | 'pulse'
    | 'registry'
    | 'enforcement'
    | 'limits'
    | 'rates'
    | 'lingering'
    | 'refusals'
    | 'revokedLineages'
    | 'door'
    | 'progress'
    | 'inquiry'
  >;

/** Builds the rooms from the ground up: each is given only rooms that stand already. */
export function buildRooms(ground: Ground): Rooms {
  const duties = {} as SessionDuties;
  const low = layFoundation(ground, { idPrefix: ground.node, duties });
  const { settings } = ground;
  const history = new History(low, ground.node);
  const hookRunner = new HookRunner(low.pulse, low.faults, settings.hookTimeoutMs);
  const receipts = new Receipts({ ...low, history, hookRunner });
  const heartbeat = new Heartbeat(low);
  const delivery = new Delivery({ ...low, history, receipts, heartbeat });
  const writer = new LogWriter({ ...low, history, delivery });
  const publisher = new Publisher({ ...low, history, writer, receipts });
  const broadcaster = new Broadcaster({ ...low, history, writer });
  const tickets = new Tickets(ground.cluster?.ticketKey);
  const resumption = new Resumption({ ...low, history, tickets });
  const messageIds = new MessageIds(low);
  const eviction = new Eviction(low);
  const waiting = new WaitingRoom({ ...low, heartbeat, eviction, questions: new Questions(low) });
  const flow = { history, delivery, publisher, broadcaster, tickets, resumption, messageIds };
  const tokenRefresh = new TokenRefresh({ ...low, delivery, hookRunner });
  const restarts = new Restarts(heartbeat);
  const mirror = new Mirror({ ...low, ...flow, writer, receipts, restarts });
  const scouts = new Scouts({ ...low, heartbeat });
  const shadow = new Shadow({ ...low, heartbeat });
  const orders = new Orders({ ...low, heartbeat });
  const care = { receipts, heartbeat, eviction, scouts, shadow, orders };
  const middle = { ...low, ...flow, ...care, restarts, mirror, waiting, hookRunner, tokenRefresh };
  const attachment = new Attachment(middle);
  const inbox = new Inbox(middle);
  const reception = new Reception({ ...middle, attachment });
  const desk = new AdmissionDesk({ ...middle, reception });
  const grantedDesk = new GrantedDesk({ ...middle, reception });
  const intervalMs = settings.cleanupIntervalMs;
  const sweep = new Sweep({ ...middle, intervalMs, tidy: () => tidy(rooms) });
  const departures = new Departures(middle);
  const drain = new Drain({ ...middle, reception, sweep, departures });
  const desks = { reception, desk, grantedDesk };
  const rooms: Rooms = { ...middle, ...desks, attachment, inbox, sweep, departures, drain };
  connect(rooms, duties);
  return rooms;
}

function layFoundation(ground: Ground, kin: SessionKin): Foundation {
  const { clock, settings } = ground;
  const faults = new Faults(
    () => clock.nowMs(),
    (fault) => events.emit(fault),
  );
  const events = new EventStream((error) => faults.report('listener', error));
  const pulse = new Pulse(clock, faults, (gapMs) => {
    events.emit({ type: 'stalled', gapMs });
    const text = `The event loop did not run for ${Math.round(gapMs)} ms.`;
    if (gapMs >= reportedStallMs) faults.report('loop-lag', new Error(text));
  });
  const registry = new Registry(kin, ground.cluster?.firstGeneration);
  const enforcement = new Enforcement(registry);
  const limits = new Limits(settings.maxSessionsPerUser, enforcement);
  const rates = new ConnectRates(settings.userConnectRate);
  const lingering = new LingeringSockets(pulse, faults, mostLingering);
  const refusals = new LingeringSockets(pulse, faults, mostRefusals);
  const { openTimeoutMs } = settings;
  const revokedLineages = new RevokedLineages();
  const low = { events, pulse, registry, enforcement, lingering, revokedLineages };
  const door = new Door({ ...low, clock, openTimeoutMs });
  const progress = new Progress({ ...ground, faults });
  const inquiry = new Inquiry({ ...ground, faults });
  return { ...ground, ...low, faults, limits, rates, refusals, door, progress, inquiry };
}

/** Who hears of what, in the order in which it matters: the freed slot goes to a waiter before anybody else looks. */
function connect(rooms: Rooms, duties: SessionDuties): void {
  const { door, waiting, history, receipts, heartbeat, hooks, hookRunner, departures } = rooms;
  const { shadow, scouts, cluster } = rooms;
  door.onSpare((session) => shadow.spared(session));
  door.onLeave((session) => shadow.left(session));
  door.onLeave((session) => departures.left(session));
  door.onLeave((session) => receipts.left(session));
  door.onLeave((session) => history.left(session.userId));
  if (cluster !== null) connectCluster(rooms, cluster);
  door.onLeave((session, cause) => scouts.left(session, cause));
  door.onLeave((session) => waiting.offer(session.userId));
  const closing: HookUse<SessionEnd> = {
    call: (session, cause) => hooks.onClose?.(session, cause),
    done: () => {},
    failed: () => {},
  };
  door.onLeave((session, cause) => {
    if (hooks.onClose !== undefined) hookRunner.run(closing, session, cause);
  });
  heartbeat.onEvidence((session) => shadow.heard(session));
  heartbeat.onEvidence((session) => waiting.judge(session.userId));
  heartbeat.onEvidence((session) => scouts.judge(session.userId));
  Object.assign(duties, sessionDuties(rooms));
}

/** A freed slot may go to somebody on another node, before anybody here takes it. */
function connectCluster({ door, heartbeat, faults }: Rooms, { link }: ClusterSeat): void {
  door.onLeave((session, cause, about) => {
    faults.guard('listener', () => link.left(session, cause, about));
  });
  heartbeat.onConfirmed((session) => {
    faults.guard('listener', () => link.confirmed(session));
  });
}

function sessionDuties(rooms: Rooms): SessionDuties {
  const { heartbeat, delivery, receipts, inbox, door, departures, faults, pulse } = rooms;
  const { restarts } = rooms;
  return {
    transportOf: (socket) => transportOf(socket, faults),
    heard: (session) => {
      const now = pulse.now();
      heartbeat.heard(session, now);
      inbox.count(session, now);
    },
    ponged: (session, mark) => {
      if (heartbeat.ponged(session, mark)) {
        restarts.answered(session, mark);
        receipts.confirmed(session);
        delivery.resume(session);
        departures.answered(session, mark);
      } else inbox.count(session, pulse.now());
    },
    received: (session, data) => {
      const now = pulse.now();
      heartbeat.heard(session, now);
      inbox.receive(session, data, now);
    },
    serve: (session, data) => inbox.receive(session, data, pulse.now()),
    drained: (session) => {
      session.isCongested = false;
      delivery.resume(session);
    },
    ending: (session, sign, code) => door.leave(session, endCause(sign, code)),
    gone: (session) => {
      session.socket = null;
      door.leave(session, 'connection-lost');
    },
    due: (session, now) => heartbeat.due(session, now),
  };
}

function tidy({
  eviction,
  rates,
  revokedLineages,
  pulse,
  registry,
  history,
  settings,
}: Rooms): void {
  const now = pulse.now();
  eviction.forget(now);
  rates.forget(now);
  revokedLineages.forget({
    now,
    resumeWindowMs: settings.resumeWindowMs,
    isHere: (userId) => registry.count(userId) > 0 || history.find(userId) !== undefined,
  });
}
